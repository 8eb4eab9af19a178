using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>lego as Debian ships it, unmodified, on a certificate that is due.</summary>
public sealed class Renewing_with_lego : WithClient
{
    [Fact]
    public async Task renews_what_is_due_by_itself_and_revokes_it()
    {
        await LegoAsync("run");
        var first = await File.ReadAllBytesAsync(PathOf("crt"));

        Clock.CatchUp();
        await LegoAsync("renew", "--no-random-sleep");
        Assert.NotEqual(first, await File.ReadAllBytesAsync(PathOf("crt")));
        File.Copy(PathOf("crt"), Authority["leaf.pem"]);
        File.Copy(PathOf("issuer.crt"), Authority["chain.pem"]);
        await VerifyAsync(Authority["leaf.pem"], Authority["chain.pem"]);

        await LegoAsync("revoke");
        await IsRevokedAsync(Authority["leaf.pem"], Authority["chain.pem"]);
    }

    private string PathOf(string ending) => Authority[$"lego/certificates/l.example.test.{ending}"];

    private Task<string> LegoAsync(params string[] words) => ExternalProgram.SucceedAsync(
        "lego",
        [
            "--accept-tos", "--email", "admin@example.com", "--server", Server, "--path", Authority["lego"], "--http", "--http.port",
            string.Create(CultureInfo.InvariantCulture, $":{HttpPort}"), "-d", "l.example.test", .. words,
        ],
        GoTrust());
}
