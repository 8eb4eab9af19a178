using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Berth's client against Pebble, with Pebble's own nonce rejections.</summary>
public sealed class Renewing_at_Pebble
{
    [Fact]
    public async Task issues_renews_by_itself_and_revokes()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);

        await berth.OkAsync("letsencrypt:enable", "hello");
        var first = await berth.OkAsync("certs:show", "hello", "crt");

        // This server offers no advice on renewal: it is not asked before tomorrow, and the notice tells of the renewal.
        Assert.Matches(@"Letsencrypt asks server at: .*\(in 23h, 5\dm", await berth.OkAsync("letsencrypt:status", "hello"));
        Assert.False(File.Exists($"{berth.Home}/hello/letsencrypt/advice.json"));
        using var notice = JsonDocument.Parse(File.ReadLines($"{berth.Lib}/data/letsencrypt/--global/events.jsonl").Last());
        Assert.True(notice.RootElement.GetProperty("nextAttempt").GetDateTimeOffset() > TimeProvider.System.GetUtcNow().AddDays(7));

        // Due at once; the daemon looks when a domain changes, and by itself every few minutes.
        await berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
        await berth.OkAsync("domains:remove", "hello", "nothing.example.com");
        await Eventually.TrueAsync(async () => await berth.OkAsync("certs:show", "hello", "crt") != first);

        await berth.OkAsync("letsencrypt:set", "hello", "graceperiod");
        var second = await berth.OkAsync("certs:show", "hello", "crt");
        await berth.OkAsync("letsencrypt:revoke", "hello");
        Assert.Contains("Revoked", await StatusAsync(pebble, second), StringComparison.Ordinal);
    }

    /// <summary>What failed by hand is gone on with at the time that the status names, not when the daemon happens to look at all apps.</summary>
    [Fact]
    public async Task goes_on_by_itself_once_the_pause_after_a_failed_command_is_over()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await pebble.StopAsync();
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Equal("renew", await StatusAsync(berth, "next"));
        Assert.Contains("refused the connection", await StatusAsync(berth, "last-error"), StringComparison.Ordinal);
        await berth.OkAsync("domains:add", "hello", "also.example.com");
        Assert.Equal("order", await StatusAsync(berth, "next"));

        // A pause of a minute or so: longer than one wait here, so that half of it is waited for first.
        await Eventually.TrueAsync(async () => IsWithinHalfAMinute(await StatusAsync(berth, "next-at")));
        await Eventually.TrueAsync(async () => await StatusAsync(berth, "failures") == "2");

        // The certificate is good: what nobody needs has nothing left to mend.
        await berth.OkAsync("domains:remove", "hello", "also.example.com");
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+1h"));
        Assert.Equal("", await StatusAsync(berth, "last-error"));
    }

    private static bool IsWithinHalfAMinute(string at) =>
        DateTimeOffset.Parse(at, CultureInfo.InvariantCulture) - TimeProvider.System.GetUtcNow() < TimeSpan.FromSeconds(30);

    private static async Task<string> StatusAsync(BerthServer berth, string which) =>
        JsonNode.Parse(await berth.OkAsync("letsencrypt:status", "hello", "--format", "json"))![which]!.GetValue<string>();

    [Fact]
    public async Task tells_what_must_be_reachable_when_the_authority_cannot_come_through()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next() });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile });
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com", "also.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());

        var result = await berth.RunAsync("letsencrypt", "hello");

        Assert.Equal(1, result.Status);
        Assert.Contains("-----> Certificate retrieval failed!", result.Output, StringComparison.Ordinal);
        Assert.Contains("hello.example.com", result.Error, StringComparison.Ordinal);
        Assert.Contains("also.example.com", result.Error, StringComparison.Ordinal);
        Assert.Contains("/.well-known/acme-challenge/", result.Error, StringComparison.Ordinal);
        Assert.Equal("false\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.False(Directory.Exists($"{berth.Home}/hello/tls"));
    }

    private static async Task<string> StatusAsync(PebbleServer pebble, string pem)
    {
        using var leaf = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(pem);
        using var client = pebble.CreateClient();
        return await client.GetStringAsync(new Uri(pebble.ManagementUrl, $"cert-status-by-serial/{leaf.SerialNumber.ToLowerInvariant()}"));
    }
}
