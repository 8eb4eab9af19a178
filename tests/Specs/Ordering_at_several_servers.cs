using System.Globalization;
using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>More than one authority for one certificate: in order of preference, in turn, or one after another was set.</summary>
public sealed class Ordering_at_several_servers
{
    [Fact]
    public async Task an_order_under_way_at_another_server_does_not_switch_the_limits_of_this_one_off()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/certificates-per-set=1/7d");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await File.WriteAllTextAsync(
            $"{berth.Home}/hello/letsencrypt/order.json",
            """
            {
              "directoryUrl": "https://other.example.com/directory", "accountUrl": "https://other.example.com/account/1", "names": ["hello.example.com"],
              "keyType": "p256", "privateKeyPem": "unreadable", "stage": "ordered", "orderUrl": "https://other.example.com/order/1"
            }
            """);

        var result = await berth.RunAsync("letsencrypt:enable", "hello", "--force");

        Assert.Contains("The limit certificates-per-set of hello.example.com is used up", result.Error, StringComparison.Ordinal);
        Assert.Equal(1, pebble.Orders);
    }

    /// <summary>From the signing request on the server may issue, whoever waits for it.</summary>
    [Theory]
    [InlineData("challenge-presented", false)]
    [InlineData("finalize-saved", true)]
    [InlineData("finalize-sent", true)]
    public async Task an_order_that_is_left_for_another_server_is_given_back_where_it_was_placed_unless_it_may_come_to_something(string step, bool isSpent)
    {
        var port = FreePort.Next();
        await using var first = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var second = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        using var scratch = new ScratchFolder();
        await using var berth = await BerthServer.StartAtAsync(first, port, await PebbleServer.TrustAsync(scratch, first, second));
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{first.DirectoryUrl.Authority}/certificates-per-set=5/7d,new-orders=300/30d");
        await berth.StopAsync();
        await berth.RestartAsync(new Dictionary<string, string?> { ["BERTH_FAILPOINT"] = step });
        await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.EndedAsync();
        Assert.Matches(@"certificates-per-set +hello\.example\.com +4 of 5 left", await berth.OkAsync("letsencrypt:limits", "hello"));
        await berth.OkAsync("letsencrypt:set", "--global", "server", second.DirectoryUrl.ToString());

        await berth.RestartAsync();

        await Eventually.TrueAsync(async () => await berth.OkAsync("letsencrypt:active", "hello") == "true\n");
        Assert.Equal((1, 1), (first.Orders, second.Orders));
        var left = await berth.OkAsync("letsencrypt:limits");
        Assert.Equal(isSpent, left.Contains("certificates-per-set", StringComparison.Ordinal));
        Assert.Matches(@"new-orders +you@example\.com +299 of 300 left", left);
    }

    /// <summary>A person waits, and nobody has issued anything yet.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task a_first_certificate_goes_on_to_the_next_server_at_once_also_where_one_was_installed_by_hand(bool isByHand)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"https://127.0.0.1:{FreePort.Next()}/dir {pebble.DirectoryUrl}");
        if (isByHand)
        {
            var (chain, key) = HandMadePair.Make("hello.example.com", "By hand");
            using var scratch = new ScratchFolder();
            await File.WriteAllTextAsync(scratch["server.crt"], chain);
            await File.WriteAllTextAsync(scratch["server.key"], key);
            await berth.OkAsync("certs:add", "hello", scratch["server.crt"], scratch["server.key"]);
        }

        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
    }

    [Fact]
    public async Task the_next_server_is_asked_after_the_first_has_failed_three_times()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"https://127.0.0.1:{FreePort.Next()}/directory {pebble.DirectoryUrl}");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Contains("2 failures", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-servers"), StringComparison.Ordinal);

        var output = await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.Contains($"Asking {pebble.DirectoryUrl.Authority} instead", output, StringComparison.Ordinal);
        Assert.Equal(2, pebble.Orders);
        Assert.Contains("3 failures", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-servers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_first_certificate_waits_for_the_limit_of_the_next_where_the_first_fails_and_says_so()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/new-orders=1/1h");
        await berth.OkAsync("letsencrypt:enable", "other");
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"https://127.0.0.1:{FreePort.Next()}/directory {pebble.DirectoryUrl}");

        var enabled = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Equal(1, enabled.Status);
        Assert.Contains($"{pebble.DirectoryUrl.Authority} is not asked instead: a limit is used up until ", enabled.Output, StringComparison.Ordinal);
        var check = await berth.RunAsync("letsencrypt:check", "hello");
        Assert.Equal(1, check.Status);
        Assert.Contains($"{pebble.DirectoryUrl.Authority} would not be asked instead: a limit is used up until ", check.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("is asked\n", check.Output, StringComparison.Ordinal);
        Assert.StartsWith("it was asked for, and is to be ordered as soon as nothing holds it back; held back: ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
    }

    /// <summary>Whatever a proxy keeps back was issued: another order would be another of few.</summary>
    [Fact]
    public async Task where_no_certificate_comes_through_each_order_is_gone_on_with_at_its_own_server()
    {
        var port = FreePort.Next();
        await using var one = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var two = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var first = await PebbleProxy.StartAsync(one, PebbleProxy.Certificates);
        await using var second = await PebbleProxy.StartAsync(two, PebbleProxy.Certificates);
        using var scratch = new ScratchFolder();
        await using var berth = await BerthServer.StartAtAsync(one, port, await PebbleServer.TrustAsync(scratch, one, two));
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"{first.DirectoryUrl} {second.DirectoryUrl}");
        for (var run = 1; run <= 3; run++)
        {
            Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        }

        first.Open();
        await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Equal((1, 1), (one.Orders, two.Orders));
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Empty(Directory.GetFiles($"{berth.Home}/hello/letsencrypt", "order*"));
    }

    [Theory]
    [InlineData("certs:add")]
    [InlineData("certs:remove")]
    public async Task an_order_whose_certificate_was_kept_back_ends_with_a_certificate_by_hand(string command)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var proxy = await PebbleProxy.StartAsync(pebble, PebbleProxy.Certificates);
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        using var scratch = new ScratchFolder();
        var (chain, key) = HandMadePair.Make("hello.example.com", "By hand");
        await File.WriteAllTextAsync(scratch["crt"], chain);
        await File.WriteAllTextAsync(scratch["key"], key);
        await berth.OkAsync("certs:add", "hello", scratch["crt"], scratch["key"]);
        await berth.OkAsync("letsencrypt:set", "hello", "server", proxy.DirectoryUrl.ToString());
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        Assert.True(File.Exists($"{berth.Home}/hello/letsencrypt/order.json"));

        await berth.OkAsync(command == "certs:add" ? [command, "hello", scratch["crt"], scratch["key"]] : [command, "hello"]);

        Assert.False(File.Exists($"{berth.Home}/hello/letsencrypt/order.json"));
        Assert.DoesNotContain("order", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
    }

    /// <summary>A server that is gone, or takes nobody, fails as one that does not answer: whatever it says is nothing about the names.</summary>
    [Theory]
    [InlineData("404 Not Found", "text/plain", "gone")]
    [InlineData("403 Forbidden", "application/problem+json", "{\"type\":\"urn:ietf:params:acme:error:unauthorized\",\"detail\":\"no\"}")]
    public async Task a_first_certificate_comes_from_the_next_at_once_where_the_first_refuses_everybody(string status, string type, string body)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        using var other = new RefusingAuthority(pebble.Certificate, RefusingAuthority.Answer(status, type, body));
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"{other.Directory} {pebble.DirectoryUrl}");

        var output = await berth.OkAsync("letsencrypt:enable", "hello");

        Assert.Contains($"Asking {pebble.DirectoryUrl.Authority} instead", output, StringComparison.Ordinal);
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.True(other.Asked > 0);
    }

    [Fact]
    public async Task one_that_cannot_be_asked_at_all_keeps_no_other_from_being_asked()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port, trust: null, "--no-authority");
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"berth {pebble.DirectoryUrl}");

        var enabled = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Equal(0, enabled.Status);
        Assert.Contains("Another server is asked.", enabled.Error, StringComparison.Ordinal);
        Assert.Equal(1, pebble.Orders);
    }

    [Fact]
    public async Task where_all_servers_keep_failing_each_is_asked_once_and_the_command_ends()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        string[] servers = [$"https://127.0.0.1:{FreePort.Next()}/directory", $"https://127.0.0.1:{FreePort.Next()}/directory"];
        await berth.OkAsync("letsencrypt:set", "hello", "server", string.Join(' ', servers));

        // How often each has been asked so far: for a first certificate each time.
        (int First, int Second)[] expected = [(1, 1), (2, 2), (3, 3), (4, 4)];
        foreach (var asked in expected)
        {
            Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
            var told = await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-servers");
            Assert.Equal(asked, (FailuresOf(told, servers[0]), FailuresOf(told, servers[1])));
        }

        Assert.Contains("\"pauses\": 1,", await File.ReadAllTextAsync($"{berth.Home}/hello/letsencrypt/state.json"), StringComparison.Ordinal);
        Assert.Equal("false\n", (await berth.RunAsync("letsencrypt:active", "hello")).Output);
    }

    [Fact]
    public async Task where_all_servers_would_refuse_the_next_is_when_the_first_of_them_would_not()
    {
        var port = FreePort.Next();
        await using var first = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var second = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        using var scratch = new ScratchFolder();
        await using var berth = await BerthServer.StartAtAsync(first, port, await PebbleServer.TrustAsync(scratch, first, second));
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"{first.DirectoryUrl} {second.DirectoryUrl}");
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{first.DirectoryUrl.Authority}/new-orders=1/20h {second.DirectoryUrl.Authority}/new-orders=1/10h");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("domains:add", "hello", "second.example.com");
        await Eventually.TrueAsync(() => Task.FromResult((first.Orders, second.Orders) == (1, 1)));

        await berth.OkAsync("domains:add", "hello", "also.example.com");

        await Eventually.TrueAsync(async () => (await berth.OkAsync("letsencrypt:events", "hello")).Contains(" held ", StringComparison.Ordinal));
        Assert.Matches(@"\(in 9h, ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next-at"));
        Assert.Equal((1, 1), (first.Orders, second.Orders));
    }

    /// <summary>A server that is known to be down is asked only because the other holds the order back: it goes there as soon as that ends.</summary>
    [Fact]
    public async Task a_limit_at_the_server_that_works_is_waited_for_and_told_though_the_other_fails_meanwhile()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"https://127.0.0.1:{FreePort.Next()}/directory {pebble.DirectoryUrl}");
        await berth.RunAsync("letsencrypt:enable", "hello", "--force");
        await berth.RunAsync("letsencrypt:enable", "hello", "--force");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/new-orders=1/20s");
        await berth.OkAsync("letsencrypt:enable", "other");

        await berth.OkAsync("domains:add", "hello", "also.example.com");

        await Eventually.HasAsync("4 failures", () => berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-servers"));
        Assert.Contains("held back: a limit is used up until ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
        Assert.StartsWith($"{pebble.DirectoryUrl} is asked next, ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-servers"), StringComparison.Ordinal);
        Assert.Contains($"{pebble.DirectoryUrl.Authority} is passed over: a limit is used up until ", (await berth.RunAsync("letsencrypt:check", "hello")).Output, StringComparison.Ordinal);
        await Eventually.TrueAsync(async () => await berth.OkAsync("certs:report", "hello", "--ssl-hostnames") == "also.example.com hello.example.com\n");
        Assert.Contains("4 failures", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-servers"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task of_many_that_are_ordered_at_once_no_more_go_than_a_limit_allows()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/certificates-per-domain=3/7d");
        foreach (var app in Enumerable.Range(1, 7).Select(number => $"app{number}"))
        {
            await berth.OkAsync("apps:create", app);
            await berth.OkAsync("domains:set", app, $"{app}.example.com");
        }

        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "--all")).Status);

        Assert.Equal(3, pebble.Orders);
        Assert.Contains("0 of 3 left", await berth.OkAsync("letsencrypt:limits", "hello"), StringComparison.Ordinal);
    }

    private static int FailuresOf(string told, string server) =>
        Regex.Match(told, $@"{Regex.Escape(server)}: (\d+) failures?") is { Success: true } match ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
}
