using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.Certs;

public sealed class Recognising_an_issued_certificate : IDisposable
{
    private static readonly AppName App = AppName.Parse("shop");
    private readonly ScratchFolder _scratch = new();
    private readonly CertificateFiles _files;
    private readonly string _leaf;

    public Recognising_an_issued_certificate()
    {
        _files = new CertificateFiles(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System), TimeProvider.System);
        using var certificate = LoopbackCertificate.Create();
        _leaf = certificate.ExportCertificatePem();
        Write("tls/server.key", "key");
        Write("tls/server.crt", _leaf + "\n" + Other());
    }

    [Theory]
    [InlineData("tls/server.letsencrypt.crt")]
    [InlineData("letsencrypt/certs/current/certificates/shop.example.com.crt")]
    [InlineData("letsencrypt/certs/current/fullchain.pem")]
    public void by_the_file_that_any_generation_of_the_plugin_left(string file)
    {
        Assert.False(_files.IsFromAcme(App));
        Write(file, _leaf.ReplaceLineEndings("\r\n"));
        Assert.True(_files.IsFromAcme(App));
    }

    [Theory]
    [InlineData("tls/server.letsencrypt.crt")]
    [InlineData("letsencrypt/certs/current/certificates/shop.example.com.crt")]
    [InlineData("letsencrypt/certs/current/certificates/shop.example.com.issuer.crt")]
    public void but_not_one_that_was_put_there_by_hand_since(string file)
    {
        Write(file, file.EndsWith("issuer.crt", StringComparison.Ordinal) ? _leaf : Other());
        Assert.False(_files.IsFromAcme(App));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-----BEGIN CERTIFICATE-----\n")]
    [InlineData("nonsense")]
    public void nor_what_is_no_certificate(string text)
    {
        Write("tls/server.crt", text);
        Assert.False(_files.IsFromAcme(App));
        Assert.Equal("tls/server.crt holds no certificate", _files.DamageOf(App)?.Found);

        // The mark says whose it was.
        Write("tls/server.letsencrypt.crt", text);
        Assert.True(_files.IsFromAcme(App));
    }

    [Fact]
    public void by_what_was_issued_where_the_one_in_service_is_damaged()
    {
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", _leaf);
        Write("tls/server.crt", "");
        Assert.Equal((true, false), (_files.IsFromAcme(App), _files.Exists(App) && _files.DamageOf(App)!.IsKept));

        Write("letsencrypt/certs/current/certificates/shop.example.com.key", TestPair.Make("shop.example.com").Key);
        Assert.False(_files.DamageOf(App)!.IsKept);

        var (chain, key) = TestPair.Make("shop.example.com");
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", chain);
        Write("letsencrypt/certs/current/certificates/shop.example.com.key", key);
        File.Delete(_files.KeyPath(App));
        Assert.Equal((true, true, true), (_files.IsFromAcme(App), _files.Exists(App), _files.DamageOf(App)!.IsKept));
        Assert.Equal((chain, key), _files.Read(App));

        Directory.Delete(_scratch["home/shop/tls"], recursive: true);
        Assert.Equal((false, false), (_files.IsFromAcme(App), _files.Exists(App)));
        Assert.Null(_files.DamageOf(App));
    }

    public void Dispose() => _scratch.Dispose();

    private static string Other()
    {
        using var other = LoopbackCertificate.Create();
        return other.ExportCertificatePem();
    }

    private void Write(string file, string text)
    {
        var path = _scratch[$"home/shop/{file}"];
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, text);
    }
}
