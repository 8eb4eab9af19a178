using System.Globalization;
using Berth.TestKit;

namespace Berth.Authority.Tests;

/// <summary>acmetool as Debian ships it, unmodified; it listens for HTTP-01 itself. Its <c>revoke</c> only makes a note and asks nobody.</summary>
public sealed class Issuing_with_acmetool : WithClient
{
    [Fact]
    public async Task works_from_the_first_certificate_over_renewal_to_revocation_by_its_key()
    {
        Directory.CreateDirectory(Authority["hooks"]);
        Write("acmetool/conf/target", string.Create(CultureInfo.InvariantCulture, $"""
            request:
              provider: {Server}
              challenge:
                http-ports:
                  - {HttpPort}
                http-self-test: false
              key:
                type: ecdsa
            """));
        Write("responses", $"\"acme-enter-email\": admin@example.com\n\"acme-agreement:{Server}\": true\n");

        await AcmetoolAsync("want", "a.example.test");
        var first = Current();
        Clock.CatchUp();
        await AcmetoolAsync("reconcile");
        Assert.NotEqual(first, Current());
        await VerifyAsync(Live("cert"), Live("chain"));

        await RevokeByItsKeyAsync(Live("cert"), Live("privkey"));
        await IsRevokedAsync(Live("cert"), Live("chain"));
    }

    private string Live(string file) => Authority[$"acmetool/live/a.example.test/{file}"];

    private string Current() => Path.GetFileName(new DirectoryInfo(Authority["acmetool/live/a.example.test"]).LinkTarget!);

    private Task<string> AcmetoolAsync(params string[] words) => ExternalProgram.SucceedAsync(
        "acmetool",
        [
            "--state=" + Authority["acmetool"], "--hooks=" + Authority["hooks"], "--batch", "--response-file=" + Authority["responses"], .. words,
        ],
        GoTrust());
}
