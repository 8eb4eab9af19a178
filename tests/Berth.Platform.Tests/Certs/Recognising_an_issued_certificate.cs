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
        Write("tls/server.letsencrypt.crt", text);
        Assert.False(_files.IsFromAcme(App));
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
