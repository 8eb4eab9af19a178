using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What an authority would refuse is not asked for, and all that lists certificates says until when.</summary>
public sealed class Keeping_within_limits
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
}
