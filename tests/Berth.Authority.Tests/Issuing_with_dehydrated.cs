namespace Berth.Authority.Tests;

/// <summary>dehydrated as Debian ships it, unmodified.</summary>
public sealed class Issuing_with_dehydrated : WithClient
{
    private readonly TlsAlpnHost _tls = new();

    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { HttpsPort = _tls.Port };

    [Fact]
    public async Task works_from_the_first_certificate_over_renewal_to_revocation()
    {
        await StartAsync();
        await DehydratedAsync("--cron", "--domain", "d.example.test");
        var first = await File.ReadAllBytesAsync(Cert("d.example.test"));

        Clock.CatchUp();
        await DehydratedAsync("--cron", "--domain", "d.example.test");
        Assert.NotEqual(first, await File.ReadAllBytesAsync(Cert("d.example.test")));
        await VerifyAsync(Cert("d.example.test"), Cert("d.example.test", "chain.pem"));

        File.Copy(Cert("d.example.test"), Authority["revoked.pem"]);
        await DehydratedAsync("--revoke", Cert("d.example.test"));
        await IsRevokedAsync(Authority["revoked.pem"], Cert("d.example.test", "chain.pem"));
    }

    [Fact]
    public async Task proves_a_wildcard_by_DNS()
    {
        await StartAsync();
        await DehydratedAsync("--cron", "--domain", "*.w.example.test", "--alias", "w", "--challenge", "dns-01", "--hook", Authority["hook"]);
        await VerifyAsync(Cert("w"), Cert("w", "chain.pem"));
    }

    [Fact]
    public async Task proves_a_name_by_TLS_ALPN()
    {
        await StartAsync();
        _tls.Folder = Authority["alpn"];
        await DehydratedAsync("--cron", "--domain", "d.example.test", "--challenge", "tls-alpn-01", "--alpn", Authority["alpn"]);
        Assert.Equal("d.example.test", _tls.ServerName);
        await VerifyAsync(Cert("d.example.test"), Cert("d.example.test", "chain.pem"));
    }

    private async Task StartAsync()
    {
        Directory.CreateDirectory(Authority["proofs"]);
        Host.AnswerFrom(Authority["proofs"]);
        WriteScript("hook", $"case $1 in deploy_challenge) {Publish("$2", "$4")} ;; esac\n");
        Write("dehydrated/config", $"""
            CA="{Server}"
            BASEDIR="{Authority["dehydrated"]}"
            WELLKNOWN="{Authority["proofs"]}"
            KEY_ALGO=prime256v1
            CURL_OPTS="--cacert {Root}"
            """);
        await DehydratedAsync("--register", "--accept-terms");
    }

    private string Cert(string name, string file = "cert.pem") => Authority[$"dehydrated/certs/{name}/{file}"];

    private Task<string> DehydratedAsync(params string[] words) =>
        TestKit.ExternalProgram.SucceedAsync("dehydrated", ["--config", Authority["dehydrated/config"], .. words]);

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _tls.Dispose();
    }
}
