using Berth.TestKit;

namespace Berth.Specs;

/// <summary>The account that orders are placed with, at a real Pebble.</summary>
public sealed class Keeping_an_account
{
    [Fact]
    public async Task changes_its_key_and_contact_and_ends()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        Assert.Contains("no account", (await berth.RunAsync("letsencrypt:account", "hello")).Error, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Contains("mailto:you@example.com", await berth.OkAsync("letsencrypt:account", "hello"), StringComparison.Ordinal);

        await berth.OkAsync("letsencrypt:account-rotate-key", "--global");
        await berth.OkAsync("letsencrypt:account-contact", "--global", "else@example.com");
        Assert.Contains("mailto:else@example.com", await berth.OkAsync("letsencrypt:account", "hello"), StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.Equal(1, (await berth.RunAsync(["letsencrypt:account-deactivate", "hello"], "no\n")).Status);
        await berth.OkAsync("--force", "letsencrypt:account-deactivate", "hello");
        Assert.Contains("is no longer valid: `berth letsencrypt:account-forget hello` puts", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
        Assert.Contains("is no longer valid: `berth letsencrypt:account-forget hello` puts", await berth.OkAsync("letsencrypt:status"), StringComparison.Ordinal);
        const string Closed = "is no longer valid";
        Assert.Contains(Closed, await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
        Assert.Contains(Closed, (await berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        Assert.Contains(Closed, (await berth.RunAsync("doctor", "hello")).Output, StringComparison.Ordinal);
        Assert.Contains("`berth letsencrypt:account-forget --global` puts", (await berth.RunAsync("letsencrypt:account", "--global")).Error, StringComparison.Ordinal);
        Assert.Contains(
            $"`berth letsencrypt:account-forget hello --server {pebble.DirectoryUrl}` puts",
            (await berth.RunAsync("letsencrypt:account-rotate-key", "hello", "--server", pebble.DirectoryUrl.ToString())).Error,
            StringComparison.Ordinal);
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello", "--force")).Status);
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.Contains("someone must act", await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
        Assert.Contains("someone must act; it is looked at again at ", await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-gates"), StringComparison.Ordinal);
    }

    /// <summary>Its contact was changed for one app: the other still orders with it, under the e-mail of before.</summary>
    [Fact]
    public async Task stays_one_where_two_e_mails_stand_for_it()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:enable", "other");

        await berth.OkAsync("letsencrypt:account-contact", "hello", "else@example.com");
        await berth.OkAsync("letsencrypt:account-rotate-key", "hello");
        await berth.OkAsync("letsencrypt:account-rotate-key", "other");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        await berth.OkAsync("letsencrypt:account-rotate-key", "hello");
        await berth.OkAsync("letsencrypt:enable", "other", "--force");

        Assert.Contains("berth letsencrypt:account-forget hello", await berth.OkAsync("--force", "letsencrypt:account-deactivate", "hello"), StringComparison.Ordinal);
        foreach (var app in new[] { "hello", "other" })
        {
            Assert.Contains($"berth letsencrypt:account-forget {app}", (await berth.RunAsync("letsencrypt:check", app)).Output, StringComparison.Ordinal);
            Assert.Contains($"berth letsencrypt:account-forget {app}", (await berth.RunAsync("letsencrypt:enable", app, "--force")).Error, StringComparison.Ordinal);
        }

        var forgotten = await berth.OkAsync("letsencrypt:account-forget", "other");
        Assert.Contains("registers another", forgotten, StringComparison.Ordinal);
        Assert.Equal(
            Directory.GetDirectories($"{berth.Lib}/data/letsencrypt/--global/accounts/aside").Order(),
            forgotten.Split('\n').Where(line => line.StartsWith("       It is kept in ", StringComparison.Ordinal)).Select(line => line["       It is kept in ".Length..]).Order());
        Assert.Equal(2, forgotten.Split("It is kept in").Length - 1);
        await berth.OkAsync("letsencrypt:enable", "other", "--force");
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        var refused = await berth.RunAsync("letsencrypt:account-contact", "hello", "you@example.com");
        Assert.Equal(1, refused.Status);
        Assert.Contains("you@example.com has another account at", refused.Error, StringComparison.Ordinal);
        Assert.Contains("`berth letsencrypt:set hello email you@example.com`", refused.Error, StringComparison.Ordinal);

        // Also one that is in use, and at once.
        var before = await berth.OkAsync("letsencrypt:account", "hello");
        await berth.OkAsync("letsencrypt:account-forget", "hello");
        Assert.Contains("no account", (await berth.RunAsync("letsencrypt:account", "hello")).Error, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");
        Assert.NotEqual(before, await berth.OkAsync("letsencrypt:account", "hello"));
    }

    /// <summary>Where it is set for all servers it is changed at all of them: another account would be registered where it is not known.</summary>
    [Fact]
    public async Task has_its_contact_changed_at_each_server_that_it_is_used_at()
    {
        var port = FreePort.Next();
        await using var one = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var two = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        using var scratch = new ScratchFolder();
        await using var berth = await BerthServer.StartAtAsync(one, port, await PebbleServer.TrustAsync(scratch, one, two));
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");
        await berth.OkAsync("letsencrypt:set", "other", "server", two.DirectoryUrl.ToString());
        await berth.OkAsync("letsencrypt:enable", "hello");
        await berth.OkAsync("letsencrypt:enable", "other");
        var account = await berth.OkAsync("letsencrypt:account", "other");

        var named = await berth.OkAsync("letsencrypt:account-contact", "--global", "else@example.com", "--server", one.DirectoryUrl.ToString());
        Assert.Contains("Orders are placed as before", named, StringComparison.Ordinal);
        Assert.Contains("mailto:else@example.com", await berth.OkAsync("letsencrypt:account", "hello"), StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:account-contact", "--global", "else@example.com");

        Assert.Equal("else@example.com\n", await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-computed-email"));
        Assert.Equal(account.Replace("you@", "else@", StringComparison.Ordinal), await berth.OkAsync("letsencrypt:account", "other"));
    }

    /// <summary>What was told of it, and the pause after that, are over with it.</summary>
    [Fact]
    public async Task is_put_aside_whatever_is_being_changed_of_it()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await BerthServer.StartAtAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        var before = await berth.OkAsync("letsencrypt:account", "hello");

        var rotated = berth.RunAsync("letsencrypt:account-rotate-key", "hello");
        await berth.OkAsync("letsencrypt:account-forget", "hello");
        await rotated;
        await berth.OkAsync("letsencrypt:enable", "hello", "--force");

        Assert.NotEqual(before, await berth.OkAsync("letsencrypt:account", "hello"));
    }
}
