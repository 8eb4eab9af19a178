using System.Formats.Tar;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Installing_certificates : IAsyncLifetime
{
    private readonly BerthServer _berth = BerthServer.WithoutDaemon();
    private readonly ScratchFolder _mine = new();

    private string Tls => $"{_berth.Home}/shop/tls";

    public async ValueTask InitializeAsync()
    {
        await _berth.OkAsync("apps:create", "shop");
        await _berth.OkAsync("domains:add", "shop", "shop.example.com");
        Make("good", "shop.example.com");
        Make("other", "other.example.com");
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        _mine.Dispose();
    }

    [Fact]
    public async Task takes_files_that_the_caller_names()
    {
        var result = await _berth.RunAsync("certs:add", "shop", _mine["good.crt"], _mine["good.key"]);
        Assert.Equal((0, "", ""), (result.Status, result.Output, result.Error));

        const UnixFileMode Folder = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;
        Assert.Equal(Folder, File.GetUnixFileMode(Tls));
        foreach (var name in (string[])["crt", "key"])
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode($"{Tls}/server.{name}"));
            Assert.Equal(await File.ReadAllTextAsync(_mine[$"good.{name}"]), await File.ReadAllTextAsync($"{Tls}/server.{name}"));
            Assert.Equal(await File.ReadAllTextAsync(_mine[$"good.{name}"]), await _berth.OkAsync("certs:show", "shop", name));
        }
    }

    [Fact]
    public async Task takes_an_archive_on_standard_input()
    {
        var result = await _berth.RunAsync(["certs:update", "shop"], Archive("x/site.crt", "x/site.key"));
        Assert.Equal((0, "x/site.crt\nx/site.key\n"), (result.Status, result.Output));
        Assert.Equal("true\n", await _berth.OkAsync("certs:report", "shop", "--ssl-enabled"));
    }

    [Fact]
    public async Task says_exactly_what_a_script_looks_for()
    {
        await FailsAsync(20, "App nobody does not exist", "certs:add", "nobody", _mine["good.crt"], _mine["good.key"]);
        await FailsAsync(1, "Please specify an app to run the command on", "certs:add");
        await FailsAsync(1, "CRT file specified not found, please check file paths", "certs:add", "shop", _mine["none.crt"], _mine["good.key"]);
        await FailsAsync(1, "CRT file specified not found, please check file paths", "certs:add", "shop", _mine["none.crt"], _mine["none.key"]);
        await FailsAsync(1, "KEY file specified not found, please check file paths", "certs:add", "shop", _mine["good.crt"], _mine.Path);
        await FailsAsync(1, "Tar archive containing server.crt and server.key expected on stdin", "certs:add", "shop");
        await FailsAsync(1, "specify either 'key' or 'crt'", "certs:show", "shop");
        await FailsAsync(1, "shop doesn't have an SSL endpoint defined", "certs:show", "shop", "key");
        await FailsAsync(1, "An app-specific SSL endpoint is not defined", "certs:remove", "shop");
        var missing = await _berth.RunAsync(["certs:add", "shop"], Archive("site.crt"));
        Assert.Equal((1, "", " !     Tar archive is missing .key file\n"), (missing.Status, missing.Output, missing.Error));
        Assert.False(Directory.Exists(Tls));
    }

    [Theory]
    [InlineData("rsa:1024", "TLS does not take it")]
    [InlineData("ec:secp256k1", "TLS does not take it")]
    [InlineData("ed25519", "of a kind that is not supported")]
    public async Task tries_a_pair_before_visitors_do_and_keeps_the_one_that_works(string kind, string expected)
    {
        await _berth.OkAsync("certs:add", "shop", _mine["good.crt"], _mine["good.key"]);
        string[] algorithm = kind.Split(':') is ["ec", var curve] ? ["ec", "-pkeyopt", $"ec_paramgen_curve:{curve}"] : [kind];
        await ExternalProgram.SucceedAsync("openssl",
        [
            "req", "-x509", "-newkey", .. algorithm, "-nodes", "-days", "3", "-subj", "/CN=shop", "-addext", "subjectAltName=DNS:shop.example.com",
            "-keyout", _mine["odd.key"], "-out", _mine["odd.crt"],
        ]);

        var result = await _berth.RunAsync("certs:add", "shop", _mine["odd.crt"], _mine["odd.key"]);

        Assert.Equal(1, result.Status);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(_mine["good.crt"]), await _berth.OkAsync("certs:show", "shop", "crt"));
    }

    [Fact]
    public async Task refuses_a_pair_that_is_none_and_changes_nothing()
    {
        await _berth.OkAsync("certs:add", "shop", _mine["good.crt"], _mine["good.key"]);
        var result = await _berth.RunAsync("certs:add", "shop", _mine["good.crt"], _mine["other.key"]);

        Assert.Equal(1, result.Status);
        Assert.Contains("The key does not belong to the certificate (C=SE, CN=shop.example.com).", result.Error, StringComparison.Ordinal);
        Assert.Contains("explain certs-key-foreign", result.Error, StringComparison.Ordinal);
        Assert.Equal(await File.ReadAllTextAsync(_mine["good.key"]), await File.ReadAllTextAsync($"{Tls}/server.key"));
    }

    [Fact]
    public async Task warns_of_domains_that_the_certificate_does_not_cover()
    {
        var result = await _berth.RunAsync("certs:add", "shop", _mine["other.crt"], _mine["other.key"]);
        Assert.Equal(0, result.Status);
        Assert.StartsWith(" !     The certificate does not cover shop.example.com: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reports_every_value_as_openssl_and_dokku_spell_them()
    {
        await _berth.OkAsync("certs:add", "shop", _mine["good.crt"], _mine["good.key"]);
        var report = await _berth.OkAsync("certs:report", "shop");

        Assert.StartsWith("=====> shop ssl information\n", report, StringComparison.Ordinal);
        Assert.Equal($"{Tls}\n", await _berth.OkAsync("certs:report", "shop", "--ssl-dir"));
        Assert.Equal("shop.example.com\n", await _berth.OkAsync("certs:report", "shop", "--ssl-hostnames"));
        Assert.Equal("C=SE; CN=shop.example.com\n", await _berth.OkAsync("certs:report", "shop", "--ssl-subject"));
        Assert.Equal("C=SE, CN=shop.example.com\n", await _berth.OkAsync("certs:report", "shop", "--ssl-issuer"));
        Assert.Equal("self signed\n", await _berth.OkAsync("certs:report", "shop", "--ssl-verified"));
        Assert.Matches(@"^[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8} [0-9]{4} GMT\n$", await _berth.OkAsync("certs:report", "shop", "--ssl-expires-at"));
        Assert.Contains("\"enabled\":\"true\"", await _berth.OkAsync("certs:report", "shop", "--format", "json"), StringComparison.Ordinal);
        await FailsAsync(
            1,
            "Invalid flag passed, valid flags: --ssl-dir, --ssl-enabled, --ssl-expires-at, --ssl-hostnames, --ssl-issuer, --ssl-starts-at, --ssl-subject, --ssl-verified",
            "certs:report", "shop", "--ssl-what");
    }

    [Fact]
    public async Task gives_each_http_80_mapping_its_https_443_and_takes_it_off_again()
    {
        await _berth.OkAsync("ports:set", "shop", "http:80:3000", "http:8080:3000", "https:443:9");
        await _berth.OkAsync("certs:add", "shop", _mine["good.crt"], _mine["good.key"]);
        Assert.Equal("http:8080:3000 http:80:3000 https:443:3000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
        Assert.Equal("http:80:5000 https:443:5000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map-detected"));
        Assert.Equal("https://shop.example.com\n", await _berth.OkAsync("url", "shop"));

        Assert.Equal("-----> Removing SSL endpoint from shop\n", await _berth.OkAsync("certs:remove", "shop"));
        Assert.Equal("http:8080:3000 http:80:3000\n", await _berth.OkAsync("ports:report", "shop", "--ports-map"));
        Assert.False(Directory.Exists(Tls));
    }

    [Fact]
    public async Task generates_one_with_a_request_for_an_authority()
    {
        var result = await _berth.RunAsync(["certs:generate", "shop", "new.example.com"], "SE\n\n\nShop\n\n\n\n\n\n");

        Assert.Equal(0, result.Status);
        Assert.StartsWith(
            "-----> Installing certificate and key...\n-----> Added new.example.com to shop\n"
            + "-----> The following is a certificate signing request that can be used\n"
            + "-----> to generate an 'officially' signed SSL certificate for shop at new.example.com\n"
            + "-----> by a CA of your choosing.\n-----BEGIN CERTIFICATE REQUEST-----\n",
            result.Output, StringComparison.Ordinal);
        Assert.Equal(
            "subject=C = SE, O = Shop, CN = new.example.com",
            Spaced(await ExternalProgram.SucceedAsync("openssl", ["req", "-in", $"{Tls}/server.csr", "-noout", "-subject"])));
        Assert.Contains("OK", await ExternalProgram.SucceedAsync("openssl", ["verify", "-CAfile", $"{Tls}/server.crt", $"{Tls}/server.crt"]), StringComparison.Ordinal);
        Assert.Equal("shop.example.com new.example.com\n", await _berth.OkAsync("domains:report", "shop", "--domains-app-vhosts"));
        Assert.Equal("-----> shop has an SSL endpoint already defined\n", await _berth.OkAsync("certs:generate", "shop", "new.example.com"));
    }

    [Fact]
    public async Task reads_no_file_for_a_stranger_and_follows_no_link_into_another_app()
    {
        await _berth.OkAsync("apps:create", "victim");
        await _berth.OkAsync("certs:add", "victim", _mine["good.crt"], _mine["good.key"]);
        var archive = new MemoryStream();
        await using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "a.crt") { LinkName = $"{_berth.Home}/victim/tls/server.crt" });
            await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.SymbolicLink, "a.key") { LinkName = $"{_berth.Home}/victim/tls/server.key" });
        }

        var result = await _berth.RunAsync(["certs:add", "shop"], System.Text.Encoding.ASCII.GetString(archive.ToArray()));
        Assert.Equal(1, result.Status);
        Assert.Contains("'a.crt' is a SymbolicLink", result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Tls));
    }

    private static string Spaced(string line) => System.Text.RegularExpressions.Regex.Replace(line.Trim().Replace(" = ", "=", StringComparison.Ordinal), "(?<!subject)=", " = ");

    private async Task FailsAsync(int status, string line, params string[] words)
    {
        var result = await _berth.RunAsync(words);
        Assert.Equal((status, "", $" !     {line}\n"), (result.Status, result.Output, result.Error));
    }

    /// <returns>A tar of the good pair under these names; ASCII throughout, so it passes as text.</returns>
    private string Archive(params string[] names)
    {
        var archive = new MemoryStream();
        using (var writer = new TarWriter(archive, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var content = File.OpenRead(_mine[$"good.{name[^3..]}"]);
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content });
            }
        }

        return System.Text.Encoding.ASCII.GetString(archive.ToArray());
    }

    private void Make(string file, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}, C=SE", key, HashAlgorithmName.SHA256);
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        Berth.Kernel.AtomicFile.Write(_mine[$"{file}.crt"], certificate.ExportCertificatePem() + "\n");
        Berth.Kernel.AtomicFile.Write(_mine[$"{file}.key"], key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
