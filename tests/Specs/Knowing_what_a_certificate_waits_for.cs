using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.Specs.Plugins;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Limits, status and ways back, against a real Pebble.</summary>
public sealed class Knowing_what_a_certificate_waits_for
{
    [Fact]
    public async Task an_order_that_would_be_refused_is_held_back_before_the_authority_is_asked()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/certificates-per-set=1/7d,new-orders=5/3h");
        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Equal(1, pebble.Orders);

        var result = await berth.RunAsync("letsencrypt:enable", "hello", "--force");

        Assert.Equal(1, result.Status);
        Assert.Contains("would refuse this order, so it was not asked. The limit certificates-per-set of hello.example.com is used up. It can go at ", result.Error, StringComparison.Ordinal);
        Assert.Contains("`berth letsencrypt:limits hello` shows what is left; run the command again then.", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, pebble.Orders);
        Assert.Matches(@"certificates-per-set +hello\.example\.com +0 of 1 left +one more in 6d, 23h", await berth.OkAsync("letsencrypt:limits", "hello"));
        Assert.Contains("Public Suffix List of 20", await berth.OkAsync("letsencrypt:limits"), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(await berth.OkAsync("letsencrypt:limits", "hello", "--format", "json"));
        Assert.Contains(
            json.RootElement.GetProperty("servers")[0].GetProperty("limits").EnumerateArray(),
            limit => limit.GetProperty("limit").GetString() == "new-orders" && limit.GetProperty("left").GetInt32() == 4);
        Assert.Contains("a limit is used up until ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);

        // What was counted outlives the daemon.
        await berth.KillAsync();
        await berth.RestartAsync();
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Equal(1, pebble.Orders);
    }

    /// <summary>Another app's orders have used it up, and its own pause ends sooner.</summary>
    [Fact]
    public async Task a_limit_that_it_has_not_met_itself_is_told_wherever_it_is_asked()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await pebble.SetServerFailureAsync("bad.example.com");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("domains:add", "hello", "bad.example.com");
        await Eventually.HasAsync("bad.example.com", () => berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"));
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/new-orders=1/5h");
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");
        await berth.OkAsync("letsencrypt:enable", "other");

        var waits = await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for");

        Assert.Contains("held back: a limit is used up until ", waits, StringComparison.Ordinal);
        Assert.Contains(waits.Trim(), await berth.OkAsync("letsencrypt:status"), StringComparison.Ordinal);
        Assert.Equal(waits, await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for"));
        var next = (string)JsonNode.Parse(await berth.OkAsync("letsencrypt:status", "hello", "--format", "json"))!["next-at"]!;
        var listed = JsonNode.Parse(await berth.OkAsync("letsencrypt:list", "--format", "json"))!.AsArray();
        Assert.Equal(next, (string?)listed.Single(row => (string?)row!["app"] == "hello")!["renewal_at"]);
        Assert.True(DateTimeOffset.Parse(next, CultureInfo.InvariantCulture) > TimeProvider.System.GetUtcNow().AddHours(4));
    }

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
    public async Task an_earlier_certificate_is_put_back_and_one_that_cannot_serve_is_not()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        var first = await berth.OkAsync("certs:show", "hello", "crt");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:rollback", "hello")).Status);
        await berth.OkAsync("letsencrypt:set", "hello", "key-type", "p384");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        var second = await berth.OkAsync("certs:show", "hello", "crt");
        Assert.NotEqual(first, second);
        using (var leaf = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(second))
        {
            using var key = leaf.PublicKey.GetECDsaPublicKey();
            Assert.Equal(384, key!.KeySize);
        }

        await SmallPlugin.InstallAsync(berth, "copier", ("post-certs-update", "cp \"$DOKKU_ROOT/$1/tls/server.crt\" \"$DOKKU_ROOT/copied\""));
        await berth.OkAsync("letsencrypt:rollback", "hello");
        Assert.Equal(first, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.Equal(first, await File.ReadAllTextAsync($"{berth.Home}/copied"));
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));

        var other = Directory.GetDirectories($"{berth.Home}/hello/letsencrypt/certs").Single(folder =>
            File.Exists($"{folder}/certificates/hello.example.com.crt") && File.ReadAllText($"{folder}/certificates/hello.example.com.crt") == second
            && Path.GetFileName(folder) != "current");
        await File.WriteAllTextAsync($"{other}/certificates/hello.example.com.crt", first);
        var refused = await berth.RunAsync("letsencrypt:rollback", "hello", Path.GetFileName(other)[..8]);
        Assert.Contains("its key belongs to another certificate", refused.Error, StringComparison.Ordinal);
        Assert.Equal(first, await berth.OkAsync("certs:show", "hello", "crt"));
    }

    [Fact]
    public async Task an_earlier_certificate_that_is_due_stays_a_day_once_it_was_put_back()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        Assert.Equal("no certificate is asked for; `berth letsencrypt:enable hello` asks for one\n", await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for"));
        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Matches(@"^renewal(, | on 20\d\d-)", await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for"));
        var first = await berth.OkAsync("certs:show", "hello", "crt");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        // It was had long ago, and is due; the daemon must not renew it before it is put back.
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        var state = JsonNode.Parse(await File.ReadAllTextAsync($"{berth.Home}/hello/letsencrypt/state.json"))!.AsObject();
        state.Remove("successBefore");
        await File.WriteAllTextAsync($"{berth.Home}/hello/letsencrypt/state.json", state.ToJsonString());
        await berth.OkAsync("letsencrypt:rollback", "hello");
        Assert.Matches(@"  rolled-back .* Expires: 20[^.]*\.\n$", await berth.OkAsync("letsencrypt:events", "hello"));
        await berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
        await berth.OkAsync("letsencrypt:cron-job", "--add");

        Assert.Contains("a certificate was put back by hand, and stays, even if it is due, until ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
        Assert.Contains("put back by hand", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
        Assert.Matches(
            "^renewal, .*; held back: a certificate was put back by hand, and stays, even if it is due, until 20.* UTC: `berth letsencrypt:enable hello --force` gets a new one sooner",
            await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for"));
        Assert.Matches(@"\(in 23h", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next-at"));
        await berth.KillAsync();
        await berth.RestartAsync();
        await berth.OkAsync("domains:remove", "hello", "nothing.example.com");
        Assert.Equal(first, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.Equal(2, pebble.Orders);

        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.NotEqual(first, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.DoesNotContain("put back", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_a_failed_order_did_not_cost_at_the_authority_is_not_counted_here()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next() });
        await using var berth = await BerthServer.StartAtAsync(pebble, 0);
        var limits = $"{pebble.DirectoryUrl.Authority}/new-orders=300/30d,certificates-per-domain=50/7d,certificates-per-set=5/7d,failed-validations=5/1h";
        await berth.OkAsync("letsencrypt:set", "--global", "limits", limits);

        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);

        var left = await berth.OkAsync("letsencrypt:limits", "hello");
        Assert.Matches(@"certificates-per-domain +example\.com +50 of 50 left", left);
        Assert.Matches(@"certificates-per-set +hello\.example\.com +5 of 5 left", left);
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $@"new-orders +you@example\.com +{300 - pebble.Orders} of 300 left"), left);
        Assert.Matches(string.Create(CultureInfo.InvariantCulture, $@"failed-validations +hello\.example\.com +{5 - pebble.Orders} of 5 left"), left);
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
