using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>uacme as Debian ships it, unmodified; answers come from a hook.</summary>
public sealed class Issuing_with_uacme : WithClient
{
    [Fact]
    public async Task works_from_the_first_certificate_over_renewal_and_key_change_to_revocation()
    {
        await StartAsync();
        await UacmeAsync("issue", "u.example.test");
        var first = await File.ReadAllBytesAsync(Authority["uacme/u.example.test/cert.pem"]);

        Clock.CatchUp();
        var oldKey = await File.ReadAllBytesAsync(Authority["uacme/private/key.pem"]);
        await UacmeAsync("newkey");
        Assert.NotEqual(oldKey, await File.ReadAllBytesAsync(Authority["uacme/private/key.pem"]));

        await UacmeAsync("issue", "u.example.test");
        Assert.NotEqual(first, await File.ReadAllBytesAsync(Authority["uacme/u.example.test/cert.pem"]));
        var (leaf, chain) = Split(Authority["uacme/u.example.test/cert.pem"]);
        await VerifyAsync(leaf, chain);

        await UacmeAsync("revoke", Authority["uacme/u.example.test/cert.pem"]);
        await IsRevokedAsync(leaf, chain);
    }

    [Fact]
    public async Task proves_a_wildcard_by_DNS()
    {
        await StartAsync();
        await UacmeAsync("issue", "w.example.test", "*.w.example.test");
        var (leaf, chain) = Split(Authority["uacme/w.example.test/cert.pem"]);
        await VerifyAsync(leaf, chain);
    }

    [Fact]
    public async Task proves_a_name_by_TLS_ALPN_with_its_own_responder()
    {
        await StartAsync();
        await using var responder = RunningProgram.Start("ualpn",
        [
            "-v", "-v", "-4", "-b", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1@{TlsPort}"), "-c", "127.0.0.1@9", "-n", "1",
            "-s", Authority["ualpn.sock"], "-p", Authority["ualpn.pid"],
        ]);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(Authority["ualpn.sock"])));

        await UacmeAsync("issue", "t.example.test");
        var (leaf, chain) = Split(Authority["uacme/t.example.test/cert.pem"]);
        await VerifyAsync(leaf, chain);
    }

    private async Task StartAsync()
    {
        Directory.CreateDirectory(Authority["proofs"]);
        // Each name by one type only: a TXT record below a name would hide the zone's wildcard, and with it the name's address.
        WriteScript("hook", $"""
            case "$1 $2" in
              "begin http-01") case $3 in *[tw].example.test) exit 1 ;; esac; printf %s "$5" >"{Authority["proofs"]}/$4" ;;
              "begin dns-01") case $3 in *w.example.test) {Publish("$3", "$5")} ;; *) exit 1 ;; esac ;;
              "begin tls-alpn-01") [ "$(echo "auth $3 $5" | ualpn -s "{Authority["ualpn.sock"]}")" = OK ] ;;
              begin*) exit 1 ;;
            esac
            """);
        Host.AnswerFrom(Authority["proofs"]);
        await UacmeAsync("new", "admin@example.com");
    }

    // The answers are served by the test's web server, where HTTP-01 looks.
    private protected override AuthorityOptions Change(AuthorityOptions options) => options with { HttpsPort = TlsPort };

    private Task<string> UacmeAsync(params string[] words) => TrustingAsync(
        ["uacme", "-y", "-a", Server, "-c", Authority["uacme"], "-h", Authority["hook"], "-t", "EC", .. words]);
}
