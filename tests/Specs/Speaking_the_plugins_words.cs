using Berth.Acme.Limits;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>Lines and statuses that scripts of the plugin's users look for, where something is not as it should be.</summary>
public sealed class Speaking_the_plugins_words
{
    [Fact]
    public async Task of_an_app_that_has_no_certificate_and_of_one_that_could_not_be_renewed()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await AddAsync(berth, "well", "well.localhost");
        await AddAsync(berth, "sick", "sick.localhost");
        await AddAsync(berth, "none", "none.localhost");
        await berth.OkAsync("letsencrypt:cron-job", "--remove");
        await berth.OkAsync("letsencrypt:enable", "sick");
        await berth.OkAsync("letsencrypt:enable", "well");
        await berth.OkAsync("letsencrypt:set", "--global", "graceperiod", "31536000");
        await berth.OkAsync("letsencrypt:set", "sick", "server", "https://127.0.0.1:1/directory");

        var all = await berth.RunAsync("letsencrypt:auto-renew");

        Assert.Equal("-----> Letsencrypt not enabled for none\n", await berth.OkAsync("letsencrypt:auto-renew", "none"));
        Assert.Equal(1, all.Status);
        Assert.Contains("-----> sick needs renewal\n", all.Output, StringComparison.Ordinal);
        Assert.Contains("-----> Certificate retrieval failed!\n", all.Output, StringComparison.Ordinal);
        Assert.Contains("-----> well needs renewal\n", all.Output, StringComparison.Ordinal);
        Assert.Contains("-----> Certificate retrieved successfully.\n", all.Output, StringComparison.Ordinal);
        Assert.EndsWith("=====> Finished auto-renewal\n", all.Output, StringComparison.Ordinal);
        Assert.Contains("One or more apps failed to have their certificates renewed", all.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task of_a_server_that_wants_to_be_left_alone()
    {
        var port = FreePort.Next();
        await using var authority = await AuthorityInScratch.StartAsync(options => options with
        {
            HttpPort = port,
            Limits = new RateLimits { All = [new RateLimit(LimitKind.NewOrders, 1, TimeSpan.FromHours(3))] },
        });
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = authority.Server.RootPath }, port);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", authority.Server.Directory.AbsoluteUri);
        await AddAsync(berth, "first", "first.localhost");
        await AddAsync(berth, "second", "second.localhost");
        await berth.OkAsync("letsencrypt:enable", "first");

        var limited = await berth.RunAsync("letsencrypt:enable", "second");
        var held = await berth.RunAsync("letsencrypt:enable", "second");

        Assert.Equal((1, 1), (limited.Status, held.Status));
        Assert.Contains("Let's Encrypt rate-limited this request.", limited.Error, StringComparison.Ordinal);
        Assert.Contains("the server asked to wait until ", await berth.OkAsync("letsencrypt:status", "second", "--letsencrypt-gates"), StringComparison.Ordinal);

        // What it asked for holds for the account: it is not asked again before.
        Assert.Contains("would refuse this order, so it was not asked", held.Error, StringComparison.Ordinal);
        Assert.Matches(@"(?m)closed until 20\d\d-", await berth.OkAsync("letsencrypt:limits"));
        await AddAsync(berth, "third", "third.localhost");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "third")).Status);
        Assert.Matches(
            @"(?m)^third +in 2h.* +it was asked for, and is to be ordered as soon as nothing holds it back; held back: the server asked to wait until 20\d\d-.*: It asked to wait with you@example\.com",
            await berth.OkAsync("letsencrypt:status"));
    }

    [Fact]
    public async Task of_an_app_that_answers_for_all_names_and_has_none()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await AddAsync(berth, "rest", "_");

        var none = await berth.RunAsync("letsencrypt:enable", "rest");
        await berth.OkAsync("domains:add", "rest", "rest.localhost");
        var output = await berth.OkAsync("letsencrypt:enable", "rest");

        Assert.Equal(1, none.Status);
        Assert.StartsWith(" !     No domains detected for rest\n", none.Error, StringComparison.Ordinal);
        Assert.Contains("        - Domain 'rest.localhost'\n-----> ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("'_'", output, StringComparison.Ordinal);
    }

    private static async Task AddAsync(BerthServer berth, string app, params string[] domains)
    {
        await berth.OkAsync("apps:create", app);
        await berth.OkAsync(["domains:set", app, .. domains]);
    }
}
