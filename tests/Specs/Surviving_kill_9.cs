using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The daemon is ended with kill -9 at each step of an issuance, against a real Pebble that lives on.</summary>
public sealed class Surviving_kill_9
{
    /// <summary>The steps of Berth.Acme.AcmeFailPoints, written down here so that a step that is lost is noticed.</summary>
    public static TheoryData<string> Steps =>
    [
        "account-key-saved", "account-registered", "account-saved", "key-saved", "order-created", "order-saved", "challenge-presented",
        "challenge-accepted", "authorized", "finalize-saved", "finalize-sent", "finalized", "certificate-downloaded", "certificate-saved",
        "certificate-stored", "order-cleared",
    ];

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task at_each_step_the_next_daemon_finishes_by_itself_without_a_second_order(string step)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com", "www.hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = step });

        var result = await berth.RunAsync("letsencrypt", "hello");
        await berth.EndedAsync();
        Assert.Equal(1, result.Status);
        Assert.Contains("The daemon ended before the command did", result.Error, StringComparison.Ordinal);
        await berth.RestartAsync();

        // Before the key is on disk nothing of the order exists: the user asks again. From then on the daemon goes on by itself.
        if (step is "account-key-saved" or "account-registered" or "account-saved")
        {
            await berth.OkAsync("letsencrypt", "hello");
        }

        await Eventually.TrueAsync(async () => await berth.OkAsync("letsencrypt:active", "hello") == "true\n");
        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists($"{berth.Home}/hello/letsencrypt/order.json")));
        Assert.Equal("hello.example.com www.hello.example.com\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));

        // Two are right where the one order was lost with the answer to it, or failed because nobody answered its challenge.
        Assert.InRange(pebble.Orders, 1, step is "order-created" or "challenge-accepted" ? 2 : 1);
    }

    [Fact]
    public async Task apps_go_on_answering_and_are_taken_over_by_the_next_daemon()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("domains:set-global", "localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await HelloApp.DeployAsync(berth, "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:enable", "hello");
        var before = await berth.OkAsync("ps:report", "hello", "--status-web.1");

        await berth.KillAsync();
        await berth.RestartAsync();

        Assert.Equal(before, await berth.OkAsync("ps:report", "hello", "--status-web.1"));
        Assert.Contains("Hello from Berth!", await HelloApp.FetchAsync(berth, "hello"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_crash_between_key_and_certificate_is_mended_at_the_next_start()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("domains:set-global", "localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await HelloApp.DeployWithCertificateAsync(berth, "hello");
        await berth.StopAsync();
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        await File.WriteAllTextAsync($"{berth.Home}/hello/tls/server.key", other.ExportPkcs8PrivateKeyPem());

        await berth.RestartAsync();

        // An orderly stop ended the app too; it starts again while the edge is up already.
        await Eventually.TrueAsync(async () =>
            (await HelloApp.FetchAsync(berth, "hello")).Contains("Hello from Berth!", StringComparison.Ordinal));
    }
}
