using Berth.Specs.Plugins;
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

    /// <summary>Both ends of the moment in which a certificate goes into service, and what follows it.</summary>
    [Theory]
    [InlineData("certificate-linked")]
    [InlineData("certificate-installed")]
    [InlineData("certificate-stored")]
    [InlineData("order-cleared")]
    public async Task around_the_change_of_a_certificate_the_next_daemon_tells_of_it_all_the_same(string step)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await SmallPlugin.InstallAsync(
            berth,
            "told",
            ("post-certs-update", "echo \"$1\" >> \"$DOKKU_LIB_ROOT/updated.txt\""),
            ("post-letsencrypt-issued", "echo \"$1\" >> \"$DOKKU_LIB_ROOT/issued.txt\""));
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:enable", "hello");
        var first = await berth.OkAsync("certs:show", "hello", "crt");
        await Eventually.TrueAsync(() => Task.FromResult(LinesOf($"{berth.Lib}/issued.txt") == 1));
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = step });
        await berth.RunAsync("letsencrypt:enable", "hello", "--force");
        await berth.EndedAsync();

        await berth.RestartAsync();

        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists($"{berth.Home}/hello/letsencrypt/order.json")));
        Assert.NotEqual(first, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.Equal(pebble.DirectoryUrl + "\n", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-issued-by"));

        // Nobody knows whether it was told of: twice is better than not at all.
        var told = step is "certificate-stored" ? 3 : 2;
        Assert.Equal(told, (await berth.OkAsync("letsencrypt:events", "hello")).Split(" issued ").Length - 1);
        await Eventually.TrueAsync(() => Task.FromResult(LinesOf($"{berth.Lib}/updated.txt") == 2));
        Assert.Equal(2, pebble.Orders);
    }

    /// <summary>The server may have made it: it counts for every app, and not only once its own goes on.</summary>
    [Theory]
    [InlineData("order-created")]
    [InlineData("order-saved")]
    public async Task of_an_order_that_was_sent_no_other_app_passes_the_limit(string step)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/new-orders=1/3h");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = step });
        await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.EndedAsync();
        await berth.RestartAsync();

        var told = await berth.RunAsync("letsencrypt:enable", "other");

        Assert.Contains("The limit new-orders of you@example.com is used up.", told.Error, StringComparison.Ordinal);
        Assert.Equal(1, pebble.Orders);
    }

    [Fact]
    public async Task behind_a_certificate_that_was_installed_a_name_added_since_is_ordered_all_the_same()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = "certificate-installed" });
        await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.EndedAsync();
        await berth.RestartAsync();
        await berth.OkAsync("domains:add", "hello", "also.example.com");

        var told = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.StartsWith("-----> The certificate that an interrupted run had installed for hello is in service\n=====> Enabling letsencrypt for hello\n", told, StringComparison.Ordinal);
        Assert.Equal("also.example.com hello.example.com\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
    }

    [Fact]
    public async Task behind_a_certificate_that_was_installed_the_names_it_left_out_have_their_pause()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("domains:add", "hello", "bad.example.com");
        await pebble.SetServerFailureAsync("bad.example.com");
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = "certificate-installed" });
        await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.EndedAsync();

        await berth.RestartAsync();

        await Eventually.TrueAsync(() => Task.FromResult(!File.Exists($"{berth.Home}/hello/letsencrypt/order.json")));
        Assert.Matches("^bad.example.com: .*, tried again at ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"));
        Assert.StartsWith("bad.example.com: ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-last-error"), StringComparison.Ordinal);
        Assert.Equal("0\n", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failures"));
        Assert.Equal(2, pebble.Orders);
    }

    [Theory]
    [InlineData("certificate-linked")]
    [InlineData("certificate-installed")]
    public async Task on_the_way_back_to_an_earlier_certificate_it_is_in_service_and_stays(string step)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        var first = await berth.OkAsync("certs:show", "hello", "crt");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await File.WriteAllTextAsync($"{berth.Home}/hello/letsencrypt/order.json", "{}");
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = step });
        await berth.RunAsync("letsencrypt:rollback", "hello");
        await berth.EndedAsync();

        await berth.RestartAsync();

        Assert.False(File.Exists($"{berth.Home}/hello/letsencrypt/order.json"));
        Assert.Equal(first, await berth.OkAsync("certs:show", "hello", "crt"));
        await berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Contains("a certificate was put back by hand, and stays, even if it is due, until ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
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

    private static int LinesOf(string path) => File.Exists(path) ? File.ReadAllLines(path).Length : 0;

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
        await HelloApp.AnswersAsync(berth, "hello", "Hello from Berth!");
    }
}
