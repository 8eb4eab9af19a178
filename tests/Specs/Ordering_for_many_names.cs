using System.Globalization;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>An app with as many names as a certificate may hold.</summary>
public sealed class Ordering_for_many_names
{
    private const int Most = 100;

    /// <summary>One name fails, and the first order has spent the last that the limit allows.</summary>
    [Fact]
    public async Task those_that_can_be_proved_have_their_certificate_as_soon_as_the_limit_lets_a_second_order_go()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("domains:add", "hello", "bad.example.com");
        await pebble.SetServerFailureAsync("bad.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "limits", $"{pebble.DirectoryUrl.Authority}/new-orders=1/20s");

        var held = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Contains("bad.example.com is left out", held.Output, StringComparison.Ordinal);
        Assert.Contains("The limit new-orders of you@example.com is used up", held.Error, StringComparison.Ordinal);
        Assert.Contains("the daemon goes on by itself then", held.Error, StringComparison.Ordinal);
        Assert.Matches(
            "^it was asked for, and is to be ordered as soon as nothing holds it back; held back: a limit is used up until .*; not proved the last time: bad.example.com: ",
            await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-waiting-for"));
        await Eventually.TrueAsync(async () => await berth.OkAsync("letsencrypt:active", "hello") == "true\n");
        Assert.Equal("hello.example.com\n", await berth.OkAsync("certs:report", "hello", "--ssl-hostnames"));
        Assert.Contains("bad.example.com: ", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names"), StringComparison.Ordinal);
        Assert.Contains("\"failures\": 1", await File.ReadAllTextAsync($"{berth.Home}/hello/letsencrypt/state.json"), StringComparison.Ordinal);
        Assert.Equal(2, pebble.Orders);
    }

    /// <summary>Visitors of the name that fails would have no certificate for weeks, though the old one is good.</summary>
    [Fact]
    public async Task leaves_none_out_of_a_renewal_that_the_certificate_in_service_covers()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("domains:add", "hello", "bad.example.com");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("letsencrypt:enable", "hello");
        var first = await berth.OkAsync("certs:show", "hello", "crt");
        await pebble.SetServerFailureAsync("bad.example.com");

        // Proved anew by another account: Pebble trusts a proof of the same one for a while.
        await berth.OkAsync("letsencrypt:set", "--global", "email", "else@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "graceperiod", "31536000");
        var renewed = await berth.RunAsync("letsencrypt:auto-renew", "hello");

        Assert.Equal(1, renewed.Status);
        Assert.Equal(first, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.Contains("could not validate bad.example.com", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-last-error"), StringComparison.Ordinal);

        // Over HTTP, and then over TLS.
        Assert.Equal(3, pebble.Orders);
    }

    /// <summary>Each try would spend a certificate of a limit, and gain nothing.</summary>
    [Fact]
    public async Task orders_no_certificate_twice_for_several_that_keep_failing()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("domains:add", "hello", "bad.example.com", "worse.example.com");
        await pebble.SetServerFailureAsync("bad.example.com");
        await pebble.SetServerFailureAsync("worse.example.com");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        var first = await berth.OkAsync("certs:show", "hello", "crt");
        Assert.Equal(2, pebble.Orders);

        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);

        Assert.Equal(first, await berth.OkAsync("certs:show", "hello", "crt"));
        Assert.Equal(3, pebble.Orders);
    }

    [Fact]
    public async Task puts_a_hundred_on_one_certificate_but_for_one_that_cannot_be_proved_and_names_that()
    {
        var port = FreePort.Next();
        string[] names = [.. Enumerable.Range(0, Most).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i:000}.example.com"))];
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await pebble.SetServerFailureAsync(names[42]);
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync(["domains:set", "hello", .. names]);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());

        var result = await berth.RunAsync("letsencrypt:enable", "hello");

        Assert.Equal(1, result.Status);
        Assert.Contains("-----> Certificate retrieved successfully.", result.Output, StringComparison.Ordinal);
        Assert.Contains($"{names[42]} is left out, so that the others get their certificate", result.Output + result.Error, StringComparison.Ordinal);
        Assert.Contains("1 of the domains of hello cannot be on the certificate; the others are.", result.Error, StringComparison.Ordinal);
        Assert.Equal(
            names.Except([names[42]]),
            (await berth.OkAsync("certs:report", "hello", "--ssl-hostnames")).Trim().Split(' ').Order(StringComparer.Ordinal));
        var failing = await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-failing-names");
        Assert.StartsWith($"{names[42]}: ", failing, StringComparison.Ordinal);
        Assert.Contains(", tried again at ", failing, StringComparison.Ordinal);

        // One order failed by its one name; the next left that out.
        Assert.Equal(2, pebble.Orders);
    }

    [Theory]
    [InlineData("shortlived", 25)]
    [InlineData("tlsserver", 25)]
    [InlineData("classic", 100)]
    [InlineData("", 100)]
    public async Task is_refused_before_Lets_Encrypt_is_asked_where_the_profile_takes_fewer(string profile, int most)
    {
        await using var berth = await StartAsync("production");
        await berth.OkAsync("letsencrypt:set", "hello", "profile", profile);
        await SetNamesAsync(berth, most + 1);

        foreach (var command in new[] { "letsencrypt:enable", "letsencrypt:check", "letsencrypt:limits" })
        {
            var refused = await berth.RunAsync(command, "hello");
            Assert.Equal(1, refused.Status);
            Assert.Contains($"{most + 1} domains are more than ", refused.Output + refused.Error, StringComparison.Ordinal);
            Assert.Contains(most == 25 ? $"in its profile {profile}: 25" : ": 100", refused.Output + refused.Error, StringComparison.Ordinal);
        }

        // Nobody was asked: there is no ledger of that server. As many as it takes are wanted.
        await SetNamesAsync(berth, most);
        Assert.Contains("new-orders", await berth.OkAsync("letsencrypt:limits", "hello"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task counts_an_address_among_them_as_the_profile_that_it_needs()
    {
        await using var berth = await StartAsync("production");
        await SetNamesAsync(berth, 25, "8.8.8.8");

        var refused = await berth.RunAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:set", "hello", "profile", "classic");
        var left = await berth.RunAsync("letsencrypt:check", "hello");

        Assert.Contains("26 domains are more than Let's Encrypt puts on one certificate in its profile shortlived: 25.", refused.Error, StringComparison.Ordinal);
        Assert.Contains("an app of its own", refused.Error, StringComparison.Ordinal);
        Assert.Contains("8.8.8.8 is an IP address, which Let's Encrypt certifies in its profile shortlived alone, and hello has classic", left.Output, StringComparison.Ordinal);
    }

    private static async Task<BerthServer> StartAsync(string server)
    {
        var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", server);
        return berth;
    }

    private static Task<string> SetNamesAsync(BerthServer berth, int count, params string[] more) => berth.OkAsync(
        ["domains:set", "hello", .. Enumerable.Range(0, count).Select(i => string.Create(CultureInfo.InvariantCulture, $"n{i:000}.example.com")), .. more]);
}
