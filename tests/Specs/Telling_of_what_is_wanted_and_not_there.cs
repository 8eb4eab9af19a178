using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Certificates that are wanted, and not there: held back, by default, taken away, or while no daemon runs. With Berth's own authority.</summary>
public sealed class Telling_of_what_is_wanted_and_not_there : IAsyncLifetime
{
    private BerthServer _berth = null!;

    public async ValueTask InitializeAsync()
    {
        _berth = await BerthServer.StartAsync();
        await _berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await _berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await CreateAsync("shop");
    }

    public async ValueTask DisposeAsync() => await _berth.DisposeAsync();

    [Fact]
    public async Task one_that_a_limit_holds_back_is_told_until_that_is_used_up_no_more()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        await _berth.OkAsync("letsencrypt:set", "--global", "limits", $"{Authority}/new-orders=1/3h");
        await CreateAsync("first");
        await _berth.OkAsync("letsencrypt:enable", "first");
        await CreateAsync("second");

        var looked = await _berth.RunAsync("letsencrypt:check", "second");
        Assert.Equal(1, looked.Status);
        Assert.Contains("a limit is used up until ", looked.Output, StringComparison.Ordinal);

        var held = await _berth.RunAsync("letsencrypt:enable", "second");
        Assert.Equal(1, held.Status);
        Assert.DoesNotContain("--dry-run", held.Error, StringComparison.Ordinal);
        foreach (var words in new string[][] { ["letsencrypt:list"], ["letsencrypt:auto-renew"], ["letsencrypt:auto-renew", "second"] })
        {
            Assert.Contains("second has no certificate: it was asked for, and is to be ordered as soon as nothing holds it back; held back: a limit is used up until ", (await _berth.RunAsync(words)).Error, StringComparison.Ordinal);
        }

        Assert.Contains("second.localhost on plain HTTP: second has no certificate: it was asked for", (await _berth.RunAsync("doctor", "second")).Output, StringComparison.Ordinal);
        var metrics = await _berth.OkAsync("metrics");
        Assert.Contains("berth_certificates{state=\"waiting\"} 1\n", metrics, StringComparison.Ordinal);
        Assert.Contains("berth_certificate_next_attempt_timestamp_seconds{app=\"second\"} ", metrics, StringComparison.Ordinal);

        await _berth.OkAsync("domains:add", "first", "also.localhost");
        await Eventually.HasAsync("a limit is used up until ", () => _berth.OkAsync("letsencrypt:status", "first"));

        await _berth.OkAsync("letsencrypt:set", "--global", "limits");

        foreach (var app in new[] { "first", "second" })
        {
            await Eventually.HasAsync("\"next\":\"renew\"", () => _berth.OkAsync("letsencrypt:status", app, "--format", "json"));
        }

        Assert.Equal("", (await _berth.RunAsync("letsencrypt:list")).Error);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("by hand")]
    [InlineData("taken away")]
    public async Task one_that_a_limit_holds_back_for_seconds_is_ordered_then_and_not_at_the_next_look_at_all(string before)
    {
        await CreateAsync("second");
        if (before == "by hand")
        {
            await _berth.OkAsync("certs:generate", "second", "second.localhost");
        }
        else if (before == "taken away")
        {
            await _berth.OkAsync("letsencrypt:enable", "second");
            await _berth.OkAsync("certs:remove", "second");
        }

        await _berth.OkAsync("letsencrypt:set", "--global", "limits", $"{Authority}/new-orders=1/20s");
        await _berth.OkAsync("letsencrypt:enable", "shop");

        var held = await _berth.RunAsync("letsencrypt:enable", "second");

        Assert.Equal(1, held.Status);
        var kept = before == "by hand" ? "second is to have another certificate than the one that was installed by hand: " : "second has no certificate: ";
        Assert.Contains(kept + "it was asked for, and is to be ordered as soon as nothing holds it back", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        await Eventually.HasAsync("\"next\":\"renew\"", () => _berth.OkAsync("letsencrypt:status", "second", "--format", "json"));
    }

    [Fact]
    public async Task one_that_is_wanted_by_default_is_told_with_what_keeps_it_and_what_mends_that()
    {
        await _berth.OkAsync("domains:add", "shop", "*.localhost");
        await _berth.OkAsync("domains:remove", "shop", "shop.localhost");
        await _berth.OkAsync("apps:create", "bare");
        await _berth.OkAsync("domains:clear", "bare");

        await _berth.OkAsync("letsencrypt:set", "--global", "by-default", "true");

        Assert.Equal("letsencrypt-wildcard-needs-dns", await StatusAsync("shop", "problem"));
        Assert.Contains("Name the provider of its DNS", await StatusAsync("shop", "last-error"), StringComparison.Ordinal);
        var listed = (await _berth.RunAsync("letsencrypt:list")).Error;
        Assert.Contains("shop has no certificate: a certificate is wanted by default and cannot be ordered: *.localhost is a wildcard", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("bare", listed, StringComparison.Ordinal);
    }

    /// <summary>What failed before it was taken off by hand is none of what there is now.</summary>
    [Fact]
    public async Task one_that_was_taken_off_by_hand_is_told_as_that_whatever_had_failed_before()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        await _berth.OkAsync("domains:add", "shop", "gone.example.invalid");
        await Eventually.HasAsync("gone.example.invalid", () => StatusAsync("shop", "failing-names"));

        await _berth.OkAsync("certs:remove", "shop");

        Assert.Equal(("nothing", ""), (await StatusAsync("shop", "next"), await StatusAsync("shop", "problem")));
        Assert.StartsWith("its certificate was taken away", await StatusAsync("shop", "waiting-for"), StringComparison.Ordinal);
    }

    /// <summary>Whatever has become of what is remembered: who takes it off means that.</summary>
    [Fact]
    public async Task one_is_taken_off_though_its_state_cannot_be_read()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        var state = $"{_berth.Home}/shop/letsencrypt/state.json";
        File.Delete(state);
        Directory.CreateDirectory(state);

        await _berth.OkAsync("certs:remove", "shop");

        Assert.False(Directory.Exists($"{_berth.Home}/shop/tls"));
    }

    [Fact]
    public async Task one_whose_domains_are_switched_off_is_told_how_to_switch_them_on()
    {
        await _berth.OkAsync("domains:disable", "shop");

        Assert.Contains("They are switched off: `berth domains:enable shop`.", (await _berth.RunAsync("letsencrypt:enable", "shop")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("letsencrypt:disable")]
    [InlineData("letsencrypt:revoke")]
    public async Task one_that_was_taken_off_is_wanted_by_default_no_more(string command)
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        await _berth.OkAsync(command, "shop");
        await CreateAsync("other");

        await _berth.OkAsync("letsencrypt:set", "--global", "by-default", "true");
        await _berth.RestartAsync();

        await Eventually.TrueAsync(async () => await _berth.OkAsync("letsencrypt:active", "other") == "true\n");
        Assert.Equal(("nothing", "false\n"), (await StatusAsync("shop", "next"), await _berth.OkAsync("letsencrypt:active", "shop")));
    }

    [Fact]
    public async Task one_whose_folder_is_gone_is_told_as_taken_away()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        Directory.Delete($"{_berth.Home}/shop/tls", recursive: true);

        Assert.Matches("(?m)^shop +by hand +its certificate was taken away, for there is none in its folder tls any more; `berth letsencrypt:enable shop` asks for another$", await _berth.OkAsync("letsencrypt:status"));
        Assert.Equal("", await StatusAsync("shop", "issued-by"));

        await _berth.OkAsync("letsencrypt:enable", "shop");
        Assert.Equal("renew", await StatusAsync("shop", "next"));
    }

    [Fact]
    public async Task what_has_failed_is_told_as_it_is_while_no_daemon_runs()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        await _berth.OkAsync("domains:add", "shop", "gone.example.com");
        await Eventually.TrueAsync(async () => await StatusAsync("shop", "failures") == "1");
        var (next, at, why) = (await StatusAsync("shop", "next"), await StatusAsync("shop", "next-at"), await StatusAsync("shop", "waiting-for"));
        Assert.Equal("order", next);

        await _berth.StopAsync();

        Assert.Equal((next, at, why), (await StatusAsync("shop", "next"), await StatusAsync("shop", "next-at"), await StatusAsync("shop", "waiting-for")));
    }

    /// <summary>What stands in the way now is no words of then.</summary>
    [Fact]
    public async Task another_obstacle_is_not_told_under_the_time_of_the_first()
    {
        await _berth.OkAsync("domains:set", "shop", "*.localhost");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "shop")).Status);
        Assert.Matches(@"^20\d\d-.* UTC: \*\.localhost is a wildcard", await StatusAsync("shop", "last-error"));

        await _berth.OkAsync("letsencrypt:set", "shop", "dns-provider", "cloudflare");

        Assert.StartsWith("The DNS provider cloudflare needs CF_DNS_API_TOKEN", await StatusAsync("shop", "last-error"), StringComparison.Ordinal);
    }

    /// <summary>There is time to mend it, for those who read the list.</summary>
    [Fact]
    public async Task a_renewal_that_could_not_be_had_as_things_are_is_listed_with_what_mends_that()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        Assert.DoesNotContain("as things are", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);

        await _berth.OkAsync("letsencrypt:set", "--global", "email");
        Assert.Matches(@"shop: as things are its certificate could not be renewed: [^\n]*e-mail[^\n]* \([^\n]*letsencrypt:set ", (await _berth.RunAsync("letsencrypt:list")).Error);
        await _berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await _berth.OkAsync("letsencrypt:set", "shop", "dns-provider", "cloudflare");
        Assert.Contains("shop: as things are its certificate could not be renewed: The DNS provider cloudflare needs CF_DNS_API_TOKEN", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);

        await _berth.OkAsync("letsencrypt:set", "shop", "dns-provider");
        Assert.DoesNotContain("as things are", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task one_that_was_put_back_stays_also_where_it_is_renewed_by_name()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        await _berth.OkAsync("letsencrypt:enable", "shop", "--force");
        await _berth.OkAsync("letsencrypt:rollback", "shop");
        var earlier = await StatusAsync("shop", "certificates");
        await _berth.OkAsync("letsencrypt:set", "shop", "graceperiod", "31536000");

        Assert.Contains("a certificate was put back by hand, and stays, even if it is due, until ", await _berth.OkAsync("letsencrypt:auto-renew", "shop"), StringComparison.Ordinal);

        Assert.Equal(earlier, await StatusAsync("shop", "certificates"));
    }

    [Theory]
    [InlineData("letsencrypt:auto-renew")]
    [InlineData("letsencrypt:auto-renew", "shop")]
    public async Task one_that_the_daemon_would_order_is_ordered_by_hand_where_that_is_off(params string[] words)
    {
        await _berth.OkAsync("letsencrypt:set", "--global", "email");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        Assert.Equal("order, by hand", await StatusAsync("shop", "next"));
        Assert.Matches("(?m)^shop +by hand ", await _berth.OkAsync("letsencrypt:status"));
        await _berth.OkAsync("letsencrypt:set", "shop", "by-default", "true");
        await _berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        Assert.StartsWith("renewal by the daemon is off (`berth letsencrypt:cron-job --add` turns it on): by hand alone, with `berth letsencrypt:auto-renew shop`, which is due now; it was asked for ", await StatusAsync("shop", "waiting-for"), StringComparison.Ordinal);

        await _berth.OkAsync(words);

        Assert.Equal("true\n", await _berth.OkAsync("letsencrypt:active", "shop"));
        Assert.Equal("", await StatusAsync("shop", "asks-server-at"));
        Assert.DoesNotContain("the server is asked", await StatusAsync("shop", "waiting-for"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_wildcard_that_is_left_out_is_told_everywhere()
    {
        await _berth.OkAsync("domains:add", "shop", "*.shop.localhost");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "shop")).Status);

        Assert.EndsWith("; left out as things are: *.shop.localhost is a wildcard, which no ACME server proves over HTTP-01", await StatusAsync("shop", "waiting-for"), StringComparison.Ordinal);
        Assert.Contains("shop: *.shop.localhost is a wildcard", (await _berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        Assert.Contains("*.shop.localhost is a wildcard", await _berth.OkAsync("letsencrypt:report", "shop", "--letsencrypt-last-error"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_failed_at_a_domain_that_is_gone_is_over_in_every_command_also_where_nothing_could_be_ordered()
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        await _berth.OkAsync("domains:add", "shop", "gone.example.invalid");
        Assert.Equal(1, (await _berth.RunAsync("letsencrypt:enable", "shop")).Status);
        Assert.Contains("gone.example.invalid", (await _berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);

        await _berth.OkAsync("domains:remove", "shop", "gone.example.invalid");

        Assert.DoesNotContain("gone.example.invalid", (await _berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
        Assert.Contains("berth_certificate_failures{app=\"shop\"} 0\n", await _berth.OkAsync("metrics"), StringComparison.Ordinal);

        await _berth.OkAsync("letsencrypt:set", "--global", "email");

        Assert.DoesNotContain("gone.example.invalid", (await _berth.RunAsync("letsencrypt:list")).ToString(), StringComparison.Ordinal);
        Assert.Equal("", await StatusAsync("shop", "failing-names"));
        Assert.Contains("as things are its certificate could not be renewed: Cannot request", (await _berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
    }

    /// <summary>Any name below a wildcard may be another app's: nobody visits it.</summary>
    [Fact]
    public async Task doctor_tells_of_an_app_that_has_nothing_but_wildcards()
    {
        await _berth.OkAsync("domains:set", "shop", "*.shop.localhost");
        Assert.Contains("*.shop.localhost on plain HTTP", (await _berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
        using var scratch = new ScratchFolder();
        var (chain, key) = HandMadePair.Make("*.shop.localhost", "mine");
        await File.WriteAllTextAsync(scratch["mine.crt"], chain);
        await File.WriteAllTextAsync(scratch["mine.key"], key);
        await _berth.OkAsync("certs:add", "shop", scratch["mine.crt"], scratch["mine.key"]);

        var doctor = (await _berth.RunAsync("doctor", "shop")).Output;

        Assert.Contains("not visited, for the app has no name but wildcards", doctor, StringComparison.Ordinal);
        Assert.DoesNotContain("visitors get a warning", doctor, StringComparison.Ordinal);
        await _berth.OkAsync("domains:set", "shop", "*.other.localhost");
        Assert.Contains("not for *.other.localhost: visitors get a warning", (await _berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
    }

    /// <summary>Whoever writes two apps means both.</summary>
    [Theory]
    [InlineData("letsencrypt:enable", "shop", "--force")]
    [InlineData("letsencrypt:revoke", "shop")]
    [InlineData("letsencrypt:disable", "shop")]
    [InlineData("letsencrypt:auto-renew", "shop")]
    [InlineData("letsencrypt:enable", "--all")]
    [InlineData("letsencrypt:status", "shop")]
    [InlineData("letsencrypt:report", "shop")]
    [InlineData("letsencrypt:list")]
    [InlineData("letsencrypt:cron-job", "--remove")]
    public async Task a_word_too_many_is_not_passed_over(params string[] words)
    {
        await _berth.OkAsync("letsencrypt:enable", "shop");
        var events = await _berth.OkAsync("letsencrypt:events");

        var refused = await _berth.RunAsync([.. words, "other"]);

        Assert.Equal(1, refused.Status);
        Assert.Contains($"{words[0]} takes no further word: other", refused.Error, StringComparison.Ordinal);
        Assert.Equal(events, await _berth.OkAsync("letsencrypt:events"));
    }

    private string Authority => $"localhost:{File.ReadAllText($"{_berth.Lib}/data/authority/port")}";

    private async Task CreateAsync(string app)
    {
        await _berth.OkAsync("apps:create", app);
        await _berth.OkAsync("domains:set", app, $"{app}.localhost");
    }

    private async Task<string> StatusAsync(string app, string which) =>
        JsonNode.Parse(await _berth.OkAsync("letsencrypt:status", app, "--format", "json"))![which]!.GetValue<string>();
}
