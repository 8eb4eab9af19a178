using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.Certs;

public sealed class Recognising_an_issued_certificate : IDisposable
{
    private static readonly AppName App = AppName.Parse("shop");
    private readonly ScratchFolder _scratch = new();
    private readonly CertificateFiles _files;
    private readonly string _leaf;

    private LineageFiles Lineages => new(new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System), _files, TimeProvider.System);

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
        Write("tls/server.letsencrypt.crt", _leaf);
        Write("tls/server.crt", "");
        Assert.Equal((true, false), (_files.IsFromAcme(App), _files.DamageOf(App)!.IsKept));

        Write("letsencrypt/certs/current/certificates/shop.example.com.key", TestPair.Make("shop.example.com").Key);
        Assert.False(_files.DamageOf(App)!.IsKept);

        var (chain, key) = TestPair.Make("shop.example.com");
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", chain);
        Write("letsencrypt/certs/current/certificates/shop.example.com.key", key);
        File.Delete(_files.KeyPath(App));
        Assert.Equal((true, true, true), (_files.IsFromAcme(App), _files.Exists(App), _files.DamageOf(App)!.IsKept));
        Assert.Equal((chain, key), _files.Read(App));

        // What is left of the one in service is enough.
        Write("tls/server.letsencrypt.crt", chain);
        Write("tls/server.key", key);
        Directory.Delete(_scratch["home/shop/letsencrypt"], recursive: true);
        Assert.Equal((chain, key), _files.Read(App));

        Directory.Delete(_scratch["home/shop/tls"], recursive: true);
        Assert.Equal((false, false), (_files.IsFromAcme(App), _files.Exists(App)));
        Assert.Null(_files.DamageOf(App));
    }

    /// <summary>Another was installed by hand since: its own damage does not bring the issued one back.</summary>
    [Theory]
    [InlineData("key", null)]
    [InlineData("key", "")]
    [InlineData("crt", "")]
    public void not_one_that_was_replaced_by_hand_and_damaged_then(string file, string? text)
    {
        var (issued, itsKey) = TestPair.Make("shop.example.com");
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", issued);
        Write("letsencrypt/certs/current/certificates/shop.example.com.key", itsKey);
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.Install(App, chain, key, fromAcme: false);
        Assert.Null(_files.DamageOf(App));

        File.Delete(_scratch[$"home/shop/tls/server.{file}"]);
        if (text is not null)
        {
            Write($"tls/server.{file}", text);
        }

        Assert.Equal((false, false), (_files.IsFromAcme(App), _files.DamageOf(App)!.IsKept));
        Assert.False(Lineages.Mend(App, isStart: true));
    }

    /// <summary>A pair of one's own is copied file by file: at a start, too, it has its minute.</summary>
    [Fact]
    public void which_a_start_puts_back_unless_another_is_just_being_copied()
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.InstallIssued(App, (chain, key), [], inService: null, []);
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", chain);
        Write("letsencrypt/certs/current/certificates/shop.example.com.key", key);
        Write("tls/server.crt", TestPair.Make("shop.example.com").Certificate);
        Assert.False(Lineages.Mend(App, isStart: true));
        Assert.Equal((true, true), (_files.DamageOf(App)!.IsKept, _files.DamageOf(App)!.IsByHand));

        Write("tls/server.crt", "");
        Assert.True(Lineages.Mend(App, isStart: true));
        Assert.Null(_files.DamageOf(App));
    }

    [Fact]
    public void by_what_is_kept_where_the_mark_is_damaged()
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.InstallIssued(App, (chain, key), [], inService: null, []);
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", chain);
        Write("letsencrypt/certs/current/certificates/shop.example.com.key", key);
        Assert.True(_files.IsFromAcme(App));

        Write("tls/server.letsencrypt.crt", "");
        Assert.Equal((true, null), (_files.IsFromAcme(App), _files.DamageOf(App)));

        Write("tls/server.crt", "");
        Assert.Equal((true, true), (_files.IsFromAcme(App), _files.DamageOf(App)!.IsKept));
    }

    [Fact]
    public void although_a_folder_lies_in_the_place_of_a_file()
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.InstallIssued(App, (chain, key), [], inService: null, []);
        Write("letsencrypt/certs/current/certificates/shop.example.com.crt", chain);
        Write("letsencrypt/certs/current/certificates/shop.example.com.key", key);
        File.Delete(_files.KeyPath(App));
        Directory.CreateDirectory(_files.KeyPath(App));

        Assert.Equal(("tls/server.key cannot be read", true), (_files.DamageOf(App)!.Found, _files.IsFromAcme(App)));
        Assert.Equal((chain, key), _files.Read(App));
    }

    [Fact]
    public void until_it_is_removed_and_that_in_one_step()
    {
        var (chain, key) = TestPair.Make("shop.example.com");
        _files.InstallIssued(App, (chain, key), [], inService: null, []);

        _files.Remove(App);

        Assert.False(Path.Exists(_scratch["home/shop/tls"]) || Path.Exists(_scratch[$"home/shop/{CertificateFiles.Removed}"]));
        _files.Remove(App);
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
