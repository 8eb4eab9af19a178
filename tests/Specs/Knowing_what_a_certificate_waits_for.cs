using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Status and renewal, against a real Pebble.</summary>
public sealed class Knowing_what_a_certificate_waits_for
{
    /// <summary>No renewal years away stands in place of a domain that is not on the certificate for want of a setting.</summary>
    [Fact]
    public async Task a_domain_that_a_missing_setting_keeps_from_it_is_named_until_that_is_there()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "--global", "email");

        await berth.OkAsync("domains:add", "hello", "new.example.com");

        await Eventually.HasAsync("; held back: someone must act; it is looked at again at ", () => berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
        var waits = await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for");
        Assert.StartsWith("new.example.com is not on the certificate; ", waits, StringComparison.Ordinal);
        Assert.Contains("`berth letsencrypt:set hello email you@example.com`", waits, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:set", "hello", "email", "me@example.com");
        await Eventually.TrueAsync(async () => await berth.OkAsync("certs:report", "hello", "--ssl-hostnames") == "hello.example.com new.example.com\n");
    }

    [Fact]
    public async Task nothing_once_it_is_good_whatever_failed_before()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"https://localhost:{FreePort.Next()}/dir");
        Assert.NotEqual(0, (await berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Contains("refused the connection", (await berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        Assert.Contains("refused the connection", (string?)(await ListedAsync(berth))["found"], StringComparison.Ordinal);

        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal("", (await berth.RunAsync("letsencrypt:list")).Error);
        var listed = await ListedAsync(berth);
        Assert.Equal(("hello", "hello.example.com"), ((string?)listed["app"], (string?)listed["names"]!.AsArray().Single()));
        Assert.Equal("", (string?)listed["problem"]);
        Assert.InRange(listed["renewal_at"]!.GetValue<DateTimeOffset>(), DateTimeOffset.UnixEpoch, listed["expires_at"]!.GetValue<DateTimeOffset>());
        var status = JsonNode.Parse(await berth.OkAsync("letsencrypt:status", "hello", "--format", "json"))!;
        Assert.Equal("", (string?)status["last-error"]);
        Assert.DoesNotContain("held back", (string?)status["waiting-for"], StringComparison.Ordinal);
        Assert.True(status["last-success"]!.GetValue<DateTimeOffset>() < status["next-at"]!.GetValue<DateTimeOffset>());
    }

    [Fact]
    public async Task each_of_several_says_whose_it_is_and_where_it_came_from()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.DoesNotContain("It came from", (await berth.OnTerminalAsync("letsencrypt:enable", "hello")).Output, StringComparison.Ordinal);

        await berth.OkAsync("letsencrypt:set", "hello", "server", "staging");

        Assert.Contains(
            $"It came from {pebble.DirectoryUrl}, and staging is asked when it is renewed. To ask now: berth letsencrypt:enable hello --force",
            (await berth.OnTerminalAsync("letsencrypt:enable", "hello")).Output,
            StringComparison.Ordinal);
        Assert.Equal(
            ["hello", "other"],
            (await berth.OkAsync("letsencrypt:status", "--format", "json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => (string?)JsonNode.Parse(line)!["app"]));
    }

    /// <summary>At any moment, in the list of all, in the status and in the report, and without a daemon.</summary>
    [Fact]
    public async Task each_says_what_and_why_from_the_first_failure_to_its_expiry()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        Assert.DoesNotContain("hello", await berth.OkAsync("letsencrypt:status"), StringComparison.Ordinal);

        await pebble.SetServerFailureAsync("hello.example.com");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        await SaysAsync("^its certificate could not be had, and is not tried again by itself; once it is mended: .*hello.example.com");
        Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"));

        await pebble.SetAddressAsync("hello.example.com", "127.0.0.1");
        await berth.OkAsync("domains:set", "hello", "fine.example.com", "*.example.com");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        await SaysAsync(@"^renewal(, | on 20\d\d-)");
        Assert.Contains("*.example.com is a wildcard", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"), StringComparison.Ordinal);

        await berth.OkAsync("ports:set", "hello", "http:80:5000");
        Assert.Contains("its certificate is not served: its port map has no https mapping", (await berth.RunAsync("doctor", "hello")).Output, StringComparison.Ordinal);
        await berth.OkAsync("ports:add", "hello", "https:443:5000");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await SaysAsync("^renewal by the daemon is off .`berth letsencrypt:cron-job --add` turns it on.: by hand alone, with `berth letsencrypt:auto-renew hello`, from 20.* UTC on; renewal");
        Assert.Contains(", by hand: letsencrypt:cron-job --add has the daemon do it", (await berth.RunAsync("doctor", "hello")).Output, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:set", "--global", "email");
        await SaysAsync("; as things are it could not be ordered: Cannot request a certificate without an e-mail address! \\(.*`berth letsencrypt:set .*\\)$");

        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.Ahead("+100d"));
        await SaysAsync(@"^it has EXPIRED on 20\d\d-\d\d-\d\d .*; renewal by the daemon is off");

        await berth.KillAsync();
        await File.WriteAllTextAsync($"{berth.Lib}/run/renewals.heartbeat", "1700000000\n");
        Assert.DoesNotContain("until it runs", (await berth.RunAsync("letsencrypt:status", "hello")).Error, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:cron-job", "--add");
        var silent = await berth.RunAsync("letsencrypt:status", "hello");
        Assert.Equal(0, silent.Status);
        Assert.Contains("The daemon has not looked at certificates since 2023-11-14 22:13:20 UTC: nothing is renewed by itself until it runs.", silent.Error, StringComparison.Ordinal);

        async Task SaysAsync(string words)
        {
            Assert.Matches(words, (await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for")).TrimEnd('\n'));
            Assert.Matches(words, (await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for")).TrimEnd('\n'));
            var row = Assert.Single((await berth.OkAsync("letsencrypt:status")).Split('\n'), line => line.StartsWith("hello ", StringComparison.Ordinal));
            Assert.Matches(words.TrimStart('^'), row);
        }
    }

    /// <summary>Certificates by default, for more apps than are looked at in one look: until the daemon has come to one, nothing is done about it.</summary>
    [Fact]
    public async Task one_of_very_many_says_by_when_its_turn_has_come()
    {
        await using var berth = await BerthServer.StartAsync(prepare: server =>
        {
            for (var i = 0; i < 2100; i++)
            {
                Directory.CreateDirectory($"{server.Home}/app{i:0000}");
                using var domains = File.CreateText($"{server.Home}/app{i:0000}/VHOST");
                domains.Write($"app{i:0000}.localhost\n");
            }
        });
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists($"{berth.Lib}/run/renewals.heartbeat")));

        await berth.OkAsync("letsencrypt:set", "--global", "by-default", "true");

        Assert.Equal(
            "it has no certificate yet, and gets one by default; the daemon comes to it within 10m\n",
            await berth.OkAsync("letsencrypt:status", "app0007", "--letsencrypt-waiting-for"));
        Assert.Matches(@"(?m)^app0008 +due +it has no certificate yet, and gets one by default; the daemon comes to it within 10m$", await berth.OkAsync("letsencrypt:status"));
        Assert.DoesNotContain("app0008", await berth.OkAsync("letsencrypt:list"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_rehearsal_goes_through_everything_and_changes_nothing()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);

        var output = await berth.OkAsync("letsencrypt:enable", "hello", "--dry-run");

        Assert.Contains("-----> Certificate retrieved successfully.", output, StringComparison.Ordinal);
        Assert.Contains("thrown away", output, StringComparison.Ordinal);
        Assert.Equal(1, pebble.Orders);
        Assert.Equal("false\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.False(Directory.Exists($"{berth.Home}/hello/tls"));
        Assert.False(File.Exists($"{berth.Home}/hello/letsencrypt/rehearsal.json"));
    }

    [Fact]
    public async Task many_that_are_due_are_renewed_together_and_told_in_order()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        string[] apps = ["hello", "one", "two", "three"];
        foreach (var app in apps.Skip(1))
        {
            await berth.OkAsync("apps:create", app);
            await berth.OkAsync("domains:set", app, $"{app}.example.com");
        }

        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("letsencrypt:enable", "--all");
        await berth.OkAsync("letsencrypt:set", "--global", "graceperiod", "31536000");

        var lines = (await berth.OkAsync("letsencrypt:auto-renew")).Split('\n');

        Assert.Equal("=====> Auto-renewing all apps...", lines[0]);
        Assert.Equal("=====> Finished auto-renewal", lines[^2]);
        foreach (var app in apps)
        {
            var at = Array.IndexOf(lines, $"-----> {app} needs renewal");
            Assert.Equal(
                [
                    $"=====> Enabling letsencrypt for {app}", $"-----> Getting letsencrypt certificate for {app} via HTTP-01", $"        - Domain '{app}.example.com'",
                    "-----> Certificate retrieved successfully.", "-----> Installing let's encrypt certificates",
                ],
                lines[(at + 1)..(at + 6)]);
        }
    }

    [Fact]
    public async Task what_expires_first_is_renewed_first()
    {
        var port = FreePort.Next();
        await using var usual = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var brief = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port, CertificateValidity = TimeSpan.FromDays(30) });
        using var scratch = new ScratchFolder();
        await using var berth = await BerthServer.StartAtAsync(usual, port, await PebbleServer.TrustAsync(scratch, usual, brief));
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("apps:create", "zeta");
        await berth.OkAsync("domains:set", "zeta", "zeta.example.com");
        await berth.OkAsync("letsencrypt:set", "zeta", "server", brief.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:enable", "--all");
        await berth.OkAsync("letsencrypt:set", "--global", "graceperiod", "31536000");

        var lines = (await berth.OkAsync("letsencrypt:auto-renew")).Split('\n');

        Assert.Equal(["-----> zeta needs renewal", "-----> hello needs renewal"], lines.Where(line => line.EndsWith(" needs renewal", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task is_told_of_every_app_though_the_files_of_one_cannot_be_read()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("apps:create", "early");
        await berth.OkAsync("domains:set", "early", "early.example.com");
        await berth.OkAsync("letsencrypt:enable", "--all");
        File.Delete($"{berth.Home}/early/letsencrypt/state.json");
        Directory.CreateDirectory($"{berth.Home}/early/letsencrypt/state.json");

        var list = await berth.RunAsync("letsencrypt:list");
        Assert.Equal(1, list.Status);
        Assert.Contains("\nhello  ", list.Output, StringComparison.Ordinal);
        Assert.Contains("early: ", list.Error, StringComparison.Ordinal);
        var rows = JsonNode.Parse((await berth.RunAsync("letsencrypt:list", "--format", "json")).Output)!.AsArray();
        Assert.Equal([("hello", false), ("early", true)], rows.Select(row => ((string)row!["app"]!, (string)row["problem"]! != "")));
        foreach (var words in new string[][] { ["letsencrypt:status"], ["letsencrypt:status", "--format", "json"], ["letsencrypt:report"] })
        {
            var status = await berth.RunAsync(words);
            Assert.Equal(1, status.Status);
            Assert.Contains("hello", status.Output, StringComparison.Ordinal);
            Assert.Contains("early: ", status.Error, StringComparison.Ordinal);
        }

        Assert.Contains("> hello\n", (await berth.RunAsync("doctor")).Output, StringComparison.Ordinal);
    }

    private static async Task<JsonNode> ListedAsync(BerthServer berth) =>
        JsonNode.Parse((await berth.RunAsync("letsencrypt:list", "--format", "json")).Output)!.AsArray().Single()!;
}
