using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What every command tells of one certificate, from a first order that fails to its revocation, with a real Pebble: the same, and what is true.</summary>
public sealed class Telling_of_a_certificate_from_its_first_failure : IAsyncLifetime
{
    private readonly int _port = FreePort.Next();
    private PebbleServer _pebble = null!;
    private BerthServer _berth = null!;

    public async ValueTask InitializeAsync()
    {
        _pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = _port });
        _berth = await BerthServer.StartAtAsync(_pebble, _port);
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        await _pebble.DisposeAsync();
    }

    /// <summary>A refused order is none that was begun; the server names the one that it refuses in its words alone.</summary>
    [Fact]
    public async Task of_one_name_that_is_refused_costs_no_other_its_own_and_is_over_once_that_is_taken_away()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("domains:add", "hello", PebbleServer.RefusedName);

        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);

        Assert.Equal("hello.example.com\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
        Assert.Equal("order\n", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next"));
        Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-order"));
        Assert.StartsWith($"{PebbleServer.RefusedName}: ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"), StringComparison.Ordinal);
        await berth.OkAsync("domains:remove", "hello", PebbleServer.RefusedName);
        Assert.Equal(("\n", "\n"), (await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-last-error"), await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names")));
        await berth.OkAsync("letsencrypt:enable", "hello");
    }

    [Fact]
    public async Task a_first_that_fails_is_told_everywhere_with_what_brings_the_next()
    {
        await _pebble.SetServerFailureAsync("hello.example.com");
        var failed = await _berth.RunAsync("letsencrypt:enable", "hello");
        Assert.Equal(1, failed.Status);
        Assert.Contains("un the command again", failed.Error, StringComparison.Ordinal);
        Assert.Contains("\n       It is not tried again by itself\n", failed.Output, StringComparison.Ordinal);

        foreach (var words in new string[][] { ["letsencrypt:list"], ["letsencrypt:auto-renew"], ["letsencrypt:auto-renew", "hello"] })
        {
            var told = await _berth.RunAsync(words);
            Assert.Equal(0, told.Status);
            Assert.Matches("hello has no certificate: .* not tried again by itself; once it is mended: `berth letsencrypt:enable hello`", told.Error);
        }

        Assert.Equal("[]\n", await _berth.OkAsync("letsencrypt:list", "--format", "json"));
        var problem = await StatusAsync("problem");
        Assert.StartsWith("acme-", problem, StringComparison.Ordinal);
        Assert.Contains(problem, (await _berth.RunAsync("letsencrypt:enable", "hello")).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("run the command again", await StatusAsync("last-error"), StringComparison.Ordinal);
        Assert.DoesNotContain("tried again", await StatusAsync("failing-names"), StringComparison.Ordinal);
        Assert.Equal(("order, by hand", "", ""), (await StatusAsync("next"), await StatusAsync("next-at"), await StatusAsync("servers")));
        Assert.Matches(@"(?m)^hello +by hand +its certificate", await _berth.OkAsync("letsencrypt:status"));

        // Nobody but who has asked asks again, though an e-mail is lacking by now, too.
        await _berth.OkAsync("letsencrypt:set", "--global", "email");
        await _berth.OkAsync("letsencrypt:set", "hello", "email");
        Assert.Equal("order, by hand", await StatusAsync("next"));
        await _berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");

        await _berth.OkAsync("domains:set", "hello", "other.example.com");

        Assert.StartsWith(
            "its certificate could not be had, and its domains or servers are others since: `berth letsencrypt:enable hello` asks for one. What was found: ",
            await StatusAsync("waiting-for"),
            StringComparison.Ordinal);
        Assert.Equal(("0", "", ""), (await StatusAsync("failures"), await StatusAsync("last-error"), await StatusAsync("failing-names")));
    }

    [Theory]
    [InlineData("domains:remove hello bad.example.com")]
    [InlineData("domains:clear hello")]
    public async Task a_domain_that_fails_is_told_until_it_is_taken_away(string command)
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Matches("^renew$", await StatusAsync("next"));
        var renewal = await StatusAsync("next-at");
        await _pebble.SetServerFailureAsync("bad.example.com");
        await _berth.OkAsync("domains:add", "hello", "bad.example.com");
        await Eventually.TrueAsync(async () => await StatusAsync("failures") == "1");

        Assert.Equal("order", await StatusAsync("next"));
        Assert.StartsWith("bad.example.com is not on the certificate and to be tried again", await StatusAsync("waiting-for"), StringComparison.Ordinal);
        Assert.Matches(@"(?m)^hello +\S+ \S+ +\d+d, .* +(1m(, \d+s)?|\d+s) *$", await _berth.OkAsync("letsencrypt:list"));
        Assert.Matches(@"hello still has \d+d, .* left before renewal\n +hello, in (1m(, \d+s)?|\d+s): bad.example.com is not on the certificate", await _berth.OkAsync("letsencrypt:auto-renew", "hello"));
        Assert.Matches(@"(?m)^hello +in (1m(, \d+s)?|\d+s) ", await _berth.OkAsync("letsencrypt:status"));
        var soon = JsonNode.Parse(await _berth.OkAsync("letsencrypt:list", "--format", "json"))![0]!;
        Assert.Equal(await StatusAsync("next-at"), (string?)soon["renewal_at"]);
        Assert.Equal(await StatusAsync("problem"), (string?)soon["problem"]);

        await _berth.OkAsync(command.Split(' '));

        Assert.Equal(("0", "", ""), (await StatusAsync("failures"), await StatusAsync("last-error"), await StatusAsync("gates")));
        Assert.Equal(("renew", "", ""), (await StatusAsync("next"), await StatusAsync("failing-names"), await StatusAsync("problem")));
        Assert.True((DateTimeOffset.Parse(await StatusAsync("next-at"), null) - DateTimeOffset.Parse(renewal, null)).Duration() < TimeSpan.FromDays(10));
        Assert.Equal("", (await _berth.RunAsync("letsencrypt:list")).Error);
    }

    /// <summary>What is in service is good, and nothing is ordered for it before its time.</summary>
    [Fact]
    public async Task one_that_was_asked_for_once_more_and_failed_is_renewed_when_it_would_have_been()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _pebble.SetServerFailureAsync("hello.example.com");

        // Told to reuse no proof, Pebble does so for one order in a hundred; another account has none.
        await _berth.OkAsync("letsencrypt:set", "hello", "email", "another@example.com");

        var failed = await _berth.RunAsync("letsencrypt:enable", "hello", "--force");

        Assert.Equal(1, failed.Status);
        Assert.Matches(@"\n +The certificate in service stays, until 20\d\d-.* UTC; the daemon's next try: 20\d\d-.* UTC\n", failed.Output);
        Assert.Equal("renew", await StatusAsync("next"));
        Assert.True(DateTimeOffset.Parse(await StatusAsync("next-at"), null) > TimeProvider.System.GetUtcNow().AddDays(30));
        Assert.Contains("hello.example.com", await StatusAsync("last-error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task one_that_was_put_back_says_until_when_and_twice_back_is_not_forth_again()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        var issuedBy = await StatusAsync("issued-by");
        await _berth.OkAsync("letsencrypt:enable", "hello", "--force");
        var later = (await StatusAsync("certificates"))[..8];

        Assert.Matches(@"The daemon leaves it until 20\d\d-.* UTC; `berth letsencrypt:enable hello --force` gets a new one sooner\n$", await _berth.OkAsync("letsencrypt:rollback", "hello"));
        var twice = await _berth.RunAsync("letsencrypt:rollback", "hello");

        Assert.Equal(1, twice.Status);
        Assert.Contains($"A later one is kept: `berth letsencrypt:rollback hello {later}` puts it into service", twice.Error, StringComparison.Ordinal);
        Assert.Equal(issuedBy, await StatusAsync("issued-by"));
        Assert.StartsWith(later, (await StatusAsync("certificates")).Split("; ").Single(kept => !kept.Contains("(current)", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:rollback", "hello", "")).Status);
        var current = (await StatusAsync("certificates")).Split("; ").Single(kept => kept.Contains("(current)", StringComparison.Ordinal))[..8];
        Assert.Contains($"{current} is in service for hello already.", (await _berth.RunAsync("letsencrypt:rollback", "hello", current)).Error, StringComparison.Ordinal);
        await _berth.OkAsync("letsencrypt:rollback", "hello", later);
        Assert.StartsWith($"{later} (current)", await StatusAsync("certificates"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task one_that_is_renewed_by_hand_alone_says_so_in_the_list()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");

        Assert.Contains("Renewal by the daemon is off: `berth letsencrypt:auto-renew` renews what is due", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        Assert.Matches(@"(?m)^hello +by hand ", await _berth.OkAsync("letsencrypt:status"));
        Assert.EndsWith("), by hand\n", await _berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next-at"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_domain_that_was_added_is_ordered_by_hand_where_the_daemon_does_not()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        await _berth.OkAsync("domains:add", "hello", "also.example.com");
        Assert.Matches(@"(?m)^hello +\S+ \S+ +\d+d, .* now *$", await _berth.OkAsync("letsencrypt:list"));

        Assert.Contains("-----> hello needs another certificate: also.example.com is not on the certificate\n", await _berth.OkAsync("letsencrypt:auto-renew"), StringComparison.Ordinal);

        Assert.Equal("renew", await StatusAsync("next"));
        Assert.Equal(2, _pebble.Orders);
    }

    /// <summary>Once more by whoever means this one, and not by a cron job of former times.</summary>
    [Fact]
    public async Task one_that_failed_is_left_its_pause_by_whoever_renews_all()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        await _berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
        await _pebble.StopAsync();
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:auto-renew")).Status);

        var again = await _berth.RunAsync("letsencrypt:auto-renew");

        Assert.Equal(1, again.Status);
        Assert.Contains("held back: a pause after a failure until ", again.Output, StringComparison.Ordinal);
        Assert.Equal("1", await StatusAsync("failures"));
        for (var i = 0; i < 4; i++)
        {
            Assert.Contains("Certificate retrieval failed!", (await _berth.RunAsync("letsencrypt:auto-renew", "hello")).Output, StringComparison.Ordinal);
        }

        Assert.Equal("5", await StatusAsync("failures"));
        Assert.True(DateTimeOffset.Parse(await StatusAsync("next-at"), null) < TimeProvider.System.GetUtcNow().AddMinutes(2));
    }

    /// <summary>Who waits for another sees what that one met.</summary>
    [Fact]
    public async Task one_that_several_would_renew_at_once_is_tried_once()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        await _berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
        await _pebble.StopAsync();

        var all = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _berth.RunAsync("letsencrypt:auto-renew")));

        Assert.Single(all, one => one.Output.Contains("Certificate retrieval failed!", StringComparison.Ordinal));
        Assert.Equal(3, all.Count(one => one.Output.Contains("held back: a pause after a failure until ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task one_that_was_installed_by_hand_ends_what_waited_for_another()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _pebble.SetServerFailureAsync("bad.example.com");
        await _berth.OkAsync("domains:add", "hello", "bad.example.com");
        await Eventually.TrueAsync(async () => await StatusAsync("failures") == "1");
        var (chain, key) = HandMadePair.Make("hello.example.com", "hello");
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["server.crt"], chain);
        await File.WriteAllTextAsync(scratch["server.key"], key);

        await _berth.OkAsync("certs:add", "hello", scratch["server.crt"], scratch["server.key"]);

        Assert.Matches("^a certificate that was installed by hand is in service until 20.* UTC, and is renewed by hand$", await StatusAsync("waiting-for"));
        Assert.Equal(("0", "", ""), (await StatusAsync("failures"), await StatusAsync("last-error"), await StatusAsync("failing-names")));
        Assert.DoesNotContain("(current)", await StatusAsync("certificates"), StringComparison.Ordinal);
        Assert.Equal("", (await _berth.RunAsync("letsencrypt:list")).Error);
        await _berth.OkAsync("letsencrypt:disable", "hello");
        Assert.DoesNotContain("disabled", await _berth.OkAsync("letsencrypt:events", "hello"), StringComparison.Ordinal);
    }

    /// <summary>An order that was left for a server that does not answer must not take the place of what was installed since.</summary>
    [Fact]
    public async Task one_that_was_installed_by_hand_stays_though_an_order_was_left()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.StopAsync();
        await _berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = "order-saved" });
        await _berth.RunAsync("letsencrypt:enable", "hello", "--force");
        await _berth.EndedAsync();
        await _pebble.StopAsync();
        await _berth.RestartAsync();
        Assert.Matches("^(go on with the )?order$", await StatusAsync("next"));
        var (chain, key) = HandMadePair.Make("hello.example.com", "hello");
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["server.crt"], chain);
        await File.WriteAllTextAsync(scratch["server.key"], key);

        await _berth.OkAsync("certs:add", "hello", scratch["server.crt"], scratch["server.key"]);

        Assert.Equal("nothing", await StatusAsync("next"));
        Assert.Matches("^a certificate that was installed by hand is in service until 20.* UTC, and is renewed by hand$", await StatusAsync("waiting-for"));
    }

    [Fact]
    public async Task one_that_failed_at_a_server_is_told_until_another_is_set()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.OkAsync("letsencrypt:set", "hello", "server", $"https://localhost:{FreePort.Next()}/dir");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Contains("1 failure,", await StatusAsync("servers"), StringComparison.Ordinal);
        Assert.Equal("", await StatusAsync("gates"));

        await _berth.OkAsync("letsencrypt:set", "hello", "server");

        Assert.Equal(("", "", "0"), (await StatusAsync("servers"), await StatusAsync("last-error"), await StatusAsync("failures")));
    }

    [Fact]
    public async Task one_that_leaves_a_name_out_says_so_in_its_event()
    {
        await _pebble.SetServerFailureAsync("bad.example.com");
        await _berth.OkAsync("domains:add", "hello", "bad.example.com");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "hello")).Status);

        Assert.Matches("issued +hello has a new certificate for hello.example.com; not on it: bad.example.com: ", await _berth.OkAsync("letsencrypt:events", "hello"));
    }

    [Fact]
    public async Task the_list_and_the_report_say_that_no_daemon_runs()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.KillAsync();

        Assert.Contains("No daemon answers", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        Assert.Contains("No daemon answers", (await _berth.RunAsync("letsencrypt:report", "hello")).Error, StringComparison.Ordinal);
        Assert.Equal("", (await _berth.RunAsync("letsencrypt:report", "hello", "--letsencrypt-active")).Error);
    }

    [Fact]
    public async Task one_whose_names_are_proved_in_several_ways_says_so()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _pebble.SetServerFailureAsync("bad.example.com");
        await _berth.OkAsync("domains:add", "hello", "bad.example.com");
        await Eventually.TrueAsync(async () => await StatusAsync("failures") == "1");

        var again = await _berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Contains("HTTP-01 failed at bad.example.com; trying TLS-ALPN-01", again.Output, StringComparison.Ordinal);
        Assert.Contains("Getting letsencrypt certificate for hello via HTTP-01 and TLS-ALPN-01\n", again.Output, StringComparison.Ordinal);
    }

    /// <summary>Of its own as of all others.</summary>
    [Theory]
    [InlineData("""{"failing":[null]}""")]
    [InlineData("""{"gates":[null],"failures":1}""")]
    [InlineData("""{"issuers":{"x":null}}""")]
    [InlineData("""{"failures":-5,"pauses":-7,"failing":[{"name":"hello.example.com","failures":-3,"code":"c","words":"w","retryAt":"2026-01-01T00:00:00Z"}]}""")]
    [InlineData("""{"failures":2147483647,"pauses":2147483647,"lastAttempt":"9999-12-31T23:59:59Z"}""")]
    [InlineData("""{"failing":[{}],"gates":[{"kind":"Backoff","until":"2999-01-01T00:00:00Z","reason":null}]}""")]
    [InlineData("""{"clockSkew":"-10675199.02:48:05.4775808"}""")]
    [InlineData("""{"issuedBy":"x\u001b[31m\u202e\n !     forged","lastFailure":{"code":"c","found":"f\u001b[2J","remedy":"r\n !     forged"}}""")]
    [InlineData("""{"lastAttempt":"9999-12-31T23:59:59.9999999Z","lastSuccess":"9999-12-31T23:59:59.9999999Z","successBefore":"9999-12-31T23:59:59.9999999Z","askAdviceAt":"9999-12-31T23:59:59.9999999Z","gates":[{"kind":"Backoff","until":"9999-12-31T23:59:59.9999999Z","reason":"r"}],"failing":[{"name":"hello.example.com","code":"c","words":"w","failures":2147483647,"retryAt":"9999-12-31T23:59:59.9999999Z"}],"refusal":{"why":{"code":"c","found":"f","remedy":"r","at":"9999-12-31T23:59:59.9999999Z"},"settings":0},"advice":{"serial":"","askAgainAt":"9999-12-31T23:59:59.9999999Z"}}""")]
    [InlineData("""{"lastAttempt":"0001-01-01T00:00:00Z","lastSuccess":"0001-01-01T00:00:00Z","successBefore":"0001-01-01T00:00:00Z","askAdviceAt":"0001-01-01T00:00:00Z","gates":[{"kind":"Backoff","until":"0001-01-01T00:00:00Z","reason":"r"}],"failing":[{"name":"hello.example.com","code":"c","words":"w","failures":2147483647,"retryAt":"0001-01-01T00:00:00Z"}],"refusal":{"why":{"code":"c","found":"f","remedy":"r","at":"0001-01-01T00:00:00Z"},"settings":0},"advice":{"serial":"","askAgainAt":"0001-01-01T00:00:00Z"}}""")]
    public async Task a_file_that_a_hand_has_spoilt_spoils_nothing_that_is_told(string state)
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await File.WriteAllTextAsync($"{_berth.Home}/hello/letsencrypt/state.json", state);

        foreach (var words in new string[][] { ["letsencrypt:status"], ["letsencrypt:status", "hello"], ["letsencrypt:report", "hello"], ["letsencrypt:list"], ["letsencrypt:auto-renew"], ["metrics"] })
        {
            var told = await _berth.RunAsync(words);
            Assert.Equal(0, told.Status);
            Assert.DoesNotContain(told.Output + told.Error, c => char.IsControl(c) && c != '\n');
            Assert.DoesNotContain("\n !     forged", told.Output + told.Error, StringComparison.Ordinal);
            Assert.Contains("hello", told.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task one_that_was_taken_off_says_when_and_why()
    {
        await _berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Contains("hello has a new certificate for hello.example.com.", await StatusAsync("last-event"), StringComparison.Ordinal);

        await _berth.OkAsync("letsencrypt:revoke", "hello");

        Assert.Matches(@"^20\d\d-.* UTC: The certificate of hello was revoked and taken off\.$", await StatusAsync("last-event"));
        Assert.Equal("no certificate is asked for; `berth letsencrypt:enable hello` asks for one", await StatusAsync("waiting-for"));
    }

    /// <summary>On one screen: what has no value is not there, and nothing is there twice.</summary>
    [Fact]
    public async Task the_lines_leave_out_what_has_no_value()
    {
        await _pebble.SetServerFailureAsync("hello.example.com");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "hello")).Status);

        var lines = (await _berth.OkAsync("letsencrypt:status", "hello")).TrimEnd('\n').Split('\n');

        Assert.DoesNotContain(lines, line => line.EndsWith(": ", StringComparison.Ordinal) || line.TrimEnd().EndsWith(':'));
        Assert.Equal(2, lines.Count(line => line.Contains("could not validate", StringComparison.Ordinal)));
        Assert.Single(lines, line => line.Contains("(`berth explain acme-", StringComparison.Ordinal));
    }

    private async Task<string> StatusAsync(string which) =>
        JsonNode.Parse(await _berth.OkAsync("letsencrypt:status", "hello", "--format", "json"))![which]!.GetValue<string>();
}
