using Berth.TestKit;

namespace Berth.Specs;

/// <summary>A certificate that is asked for before all is set for it: nobody was asked, so nothing has failed, and setting it mends it.</summary>
public sealed class Forgetting_a_setting
{
    [Fact]
    public async Task is_told_while_it_lasts_and_gone_once_it_is_set()
    {
        await using var berth = await StartAsync();
        await berth.OkAsync("domains:clear", "shop");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await SaysAsync("No domains detected for shop");
        await berth.OkAsync("domains:set", "shop", "shop.localhost");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await SaysAsync("ERROR: Cannot request a certificate without an e-mail address!");
        Assert.Contains("its certificate cannot be ordered: Cannot request", (await berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
        Assert.Matches(@" UTC  failed +shop: Cannot request a certificate without an e-mail address!\n$", await berth.OkAsync("letsencrypt:events", "shop"));
        Assert.StartsWith("-----> Nothing was spent yet: no server has been asked for a certificate.\n", await berth.OkAsync("letsencrypt:limits"), StringComparison.Ordinal);
        Assert.Equal("0\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-failures"));
        Assert.DoesNotContain("app=\"shop\"", await berth.OkAsync("metrics"), StringComparison.Ordinal);

        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");

        Assert.DoesNotContain("certificate cannot be ordered", (await berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
        Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-last-error"));
        Assert.Equal("no certificate was asked for\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"));
        await berth.OkAsync("letsencrypt:enable", "shop");

        // One that is in service, and cannot be renewed any more.
        await berth.OkAsync("letsencrypt:set", "--global", "email");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop", "--force")).Status);
        Assert.Contains("berth_certificates{state=\"failing\"} 1\n", await berth.OkAsync("metrics"), StringComparison.Ordinal);
        Assert.Contains("without an e-mail address!", (await berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        Assert.Contains("berth_certificates{state=\"valid\"} 1\n", await berth.OkAsync("metrics"), StringComparison.Ordinal);

        // Without a daemon the command itself looks, and is none.
        await berth.StopAsync();
        Assert.Contains("and Berth's own authority does not run.", (await berth.RunAsync("letsencrypt:status", "shop")).Output, StringComparison.Ordinal);

        async Task SaysAsync(string found)
        {
            Assert.Equal($"a certificate was asked for and cannot be ordered: {found.Replace("ERROR: ", "", StringComparison.Ordinal)}\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"));
            Assert.Equal($"{found}\n", await berth.OkAsync("letsencrypt:report", "shop", "--letsencrypt-last-error"));
        }
    }

    [Fact]
    public async Task holds_nothing_back_that_comes_by_default()
    {
        await using var berth = await StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "by-default", "true");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);

        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");

        await Eventually.TrueAsync(async () =>
        {
            await berth.OkAsync("domains:remove", "shop", "nothing.example.com");
            return await berth.OkAsync("letsencrypt:active", "shop") == "true\n";
        });
    }

    private static async Task<BerthServer> StartAsync()
    {
        var berth = await BerthServer.StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("apps:create", "shop");
        await berth.OkAsync("domains:set", "shop", "shop.localhost");
        return berth;
    }
}
