using System.Text.RegularExpressions;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>A certificate that is asked for before all is set for it: nobody was asked, so nothing has failed, and setting it mends it.</summary>
public sealed class Forgetting_a_setting
{
    private const string Key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

    [Fact]
    public async Task is_told_while_it_lasts_and_gone_once_it_is_set()
    {
        await using var berth = await StartAsync();
        await berth.OkAsync("domains:clear", "shop");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await SaysAsync("No domains detected for shop", "Add one: `berth domains:add shop www.example.com`.");
        await berth.OkAsync("domains:set", "shop", "shop.localhost");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await SaysAsync("ERROR: Cannot request a certificate without an e-mail address!", "");
        Assert.Contains("its certificate cannot be ordered: Cannot request", (await berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
        Assert.Matches(@" UTC  failed +shop: Cannot request a certificate without an e-mail address!\n$", await berth.OkAsync("letsencrypt:events", "shop"));
        Assert.StartsWith("-----> Nothing is spent at a server whose limits are known: ", await berth.OkAsync("letsencrypt:limits"), StringComparison.Ordinal);
        Assert.Equal("0\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-failures"));
        Assert.Contains("berth_certificates{state=\"waiting\"} 1\n", await berth.OkAsync("metrics"), StringComparison.Ordinal);
        Assert.Contains("berth_certificate_failures{app=\"shop\"} 0\n", await berth.OkAsync("metrics"), StringComparison.Ordinal);

        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");

        Assert.DoesNotContain("certificate cannot be ordered", (await berth.RunAsync("doctor", "shop")).Output, StringComparison.Ordinal);
        Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-last-error"));
        Assert.Matches(
            @"^it was asked for on 20\S+ \S+ UTC and could not be ordered: Cannot request a certificate without an e-mail address!; settings have changed since, and it is to be ordered again\n$",
            await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"));
        Assert.Equal("order\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-next"));
        Assert.Matches(@" \(in (1m|\d+s)\)\n$", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-next-at"));
        await berth.OkAsync("letsencrypt:enable", "shop");

        // One that is in service, and cannot be renewed any more.
        await berth.OkAsync("letsencrypt:set", "--global", "email");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop", "--force")).Status);
        Assert.Contains("berth_certificates{state=\"failing\"} 1\n", await berth.OkAsync("metrics"), StringComparison.Ordinal);
        Assert.Contains("without an e-mail address!", (await berth.RunAsync("letsencrypt:list")).Error, StringComparison.Ordinal);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        Assert.Contains("berth_certificates{state=\"valid\"} 1\n", await berth.OkAsync("metrics"), StringComparison.Ordinal);

        // Without a daemon the command itself looks, and is none: that its authority rests is no fault of the app's.
        await berth.StopAsync();
        var alone = await berth.RunAsync("letsencrypt:status", "shop");
        Assert.Contains("No daemon answers", alone.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("does not run", alone.Output, StringComparison.Ordinal);

        async Task SaysAsync(string found, string remedy)
        {
            Assert.StartsWith($"a certificate was asked for and cannot be ordered: {found.Replace("ERROR: ", "", StringComparison.Ordinal)} ({remedy}", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
            Assert.Equal($"{found}\n", await berth.OkAsync("letsencrypt:report", "shop", "--letsencrypt-last-error"));
        }
    }

    /// <summary>Found only once an order is begun, and even then at the end of all.</summary>
    [Theory]
    [InlineData("The DNS provider cloudflare needs CF_DNS_API_TOKEN", "letsencrypt:set shop dns-provider cloudflare", "letsencrypt:set shop dns-provider")]
    [InlineData("EXEC_MODE of the DNS provider exec cannot be used", "letsencrypt:set shop dns-provider exec;letsencrypt:set shop dns-provider-EXEC_PATH /bin/true;letsencrypt:set shop dns-provider-EXEC_MODE x", "letsencrypt:set shop dns-provider none")]
    [InlineData("DESEC_TOKEN_FILE of the DNS provider desec cannot be used", "letsencrypt:set shop dns-provider desec;letsencrypt:set shop dns-provider-DESEC_TOKEN_FILE /dev/zero", "letsencrypt:set shop dns-provider none")]
    [InlineData("ACME_DNS_STORAGE_PATH of the DNS provider acme-dns cannot be used", "letsencrypt:set shop dns-provider acme-dns;letsencrypt:set shop dns-provider-ACME_DNS_API_BASE http://127.0.0.1:1;letsencrypt:set shop dns-provider-ACME_DNS_STORAGE_PATH /dev/zero", "letsencrypt:set shop dns-provider none")]
    [InlineData("There are port mappings, but none for http or https", "ports:set shop tcp:25:25", "ports:add shop http:8080:5000")]
    public async Task is_no_failed_attempt_either_where_an_order_stumbles_over_it(string found, string wrong, string right)
    {
        await using var berth = await StartAsync();
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await AllAsync(berth, wrong);

        Assert.Contains(found, (await berth.RunAsync("letsencrypt:enable", "shop")).Error, StringComparison.Ordinal);

        await WaitsForASettingAsync(berth, found);
        await AllAsync(berth, right);
        await IsTakenUpAsync(berth);
    }

    [Theory]
    [InlineData("registers only accounts that are bound to a customer account", null)]
    [InlineData("HMAC key of the external account binding 'key-1' is not base64url", "{no key}")]
    public async Task is_no_failed_attempt_either_where_an_authority_wants_a_binding(string found, string? wrong)
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port, BindingKeys = new Dictionary<string, string> { ["key-1"] = Key } });
        await using var berth = await StartAsync(pebble.CertificateFile, port);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("domains:set", "shop", "shop.example.com");
        await berth.OkAsync("letsencrypt:set", "shop", "eab-kid", "key-1");
        if (wrong is not null)
        {
            // The command would not take it.
            await File.WriteAllTextAsync($"{berth.Lib}/config/letsencrypt/shop/eab-hmac-key", wrong);
        }

        var refused = (await berth.RunAsync("letsencrypt:enable", "shop")).Error;

        Assert.Contains(found, refused, StringComparison.Ordinal);
        Assert.Contains("letsencrypt:set shop eab-hmac-key KEY", refused, StringComparison.Ordinal);
        await WaitsForASettingAsync(berth, found);
        await berth.OkAsync("letsencrypt:set", "shop", "eab-hmac-key", Key);
        await IsTakenUpAsync(berth);
        Assert.Equal(1, pebble.Orders);
    }

    [Fact]
    public async Task is_mended_also_by_what_is_set_while_the_authority_is_being_asked()
    {
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port, BindingKeys = new Dictionary<string, string> { ["key-1"] = Key } });
        await using var berth = await StartAsync(pebble.CertificateFile, port);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("domains:set", "shop", "shop.example.com");
        await pebble.HangAsync();
        var asking = berth.RunAsync("letsencrypt:enable", "shop");
        await Eventually.TrueAsync(async () => (await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for")).Contains(pebble.DirectoryUrl.Authority, StringComparison.Ordinal));

        await berth.OkAsync("letsencrypt:set", "shop", "eab-kid", "key-1");
        await berth.OkAsync("letsencrypt:set", "shop", "eab-hmac-key", Key);
        await pebble.GoOnAsync();

        Assert.Contains("registers only accounts that are bound to a customer account", (await asking).Error, StringComparison.Ordinal);
        Assert.EndsWith("; settings have changed since, and it is to be ordered again\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task is_no_failed_attempt_either_where_the_trusted_roots_cannot_be_read()
    {
        using var scratch = new ScratchFolder();
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await File.WriteAllTextAsync(scratch["roots.pem"], "no certificate\n");
        await using var berth = await StartAsync(scratch["roots.pem"], port);
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", pebble.DirectoryUrl.ToString());
        await berth.OkAsync("domains:set", "shop", "shop.example.com");

        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);

        await WaitsForASettingAsync(berth, "holds no certificates");
        File.Copy(pebble.CertificateFile, scratch["roots.pem"], overwrite: true);
        await IsTakenUpAsync(berth);
    }

    [Fact]
    public async Task is_made_good_by_a_root_that_is_added_while_the_daemon_runs()
    {
        using var scratch = new ScratchFolder();
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var other = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next() });
        File.Copy(other.CertificateFile, scratch["roots.pem"]);
        await using var berth = await BerthServer.StartAtAsync(pebble, port, scratch["roots.pem"]);
        Assert.Contains("is not trusted", (await berth.RunAsync("letsencrypt:enable", "hello")).Error, StringComparison.Ordinal);

        await File.AppendAllTextAsync(scratch["roots.pem"], "\n" + await File.ReadAllTextAsync(pebble.CertificateFile));

        await berth.OkAsync("letsencrypt:enable", "hello");
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
    }

    [Fact]
    public async Task is_made_good_by_the_daemon_itself_a_minute_after_it_is_set()
    {
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["clock"], "+0\n");
        await using var berth = await StartAsync();
        await berth.StopAsync();
        await berth.RestartAsync(WrongClock.By(scratch["clock"]));
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await berth.OkAsync("letsencrypt:set", "shop", "email", "you@example.com");
        Assert.Equal("false\n", await berth.OkAsync("letsencrypt:active", "shop"));

        await File.WriteAllTextAsync(scratch["clock"], "+120\n");

        await Eventually.TrueAsync(async () =>
        {
            await berth.OkAsync("domains:remove", "shop", "nothing.example.com");
            return await berth.OkAsync("letsencrypt:active", "shop") == "true\n";
        });
    }

    [Fact]
    public async Task is_taken_up_no_more_once_it_was_given_up_or_a_certificate_was_installed_by_hand()
    {
        await using var berth = await StartAsync();
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await berth.OkAsync("letsencrypt:disable", "shop");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        Assert.Equal("no certificate is asked for; `berth letsencrypt:enable shop` asks for one\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"));

        await berth.OkAsync("letsencrypt:set", "--global", "email");
        Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "shop")).Status);
        await berth.OkAsync("certs:generate", "shop", "shop.localhost");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        Assert.Matches(
            "^a certificate that was installed by hand is in service until 20.* UTC, and is renewed by hand\n$", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"));
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

    private static async Task WaitsForASettingAsync(BerthServer berth, string found)
    {
        Assert.Matches($"^a certificate was asked for and cannot be ordered: .*{Regex.Escape(found)}", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"));
        Assert.Equal("order, once mended\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-next"));
        Assert.Equal("0\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-failures"));
        Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-gates"));
        Assert.Contains(found, await berth.OkAsync("letsencrypt:report", "shop", "--letsencrypt-last-error"), StringComparison.Ordinal);
    }

    private static async Task IsTakenUpAsync(BerthServer berth)
    {
        Assert.Contains(" could not be ordered: ", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-waiting-for"), StringComparison.Ordinal);

        // By default none waits for whoever has just set something to ask by hand.
        await berth.OkAsync("letsencrypt:set", "shop", "by-default", "true");
        await Eventually.TrueAsync(async () => await berth.OkAsync("letsencrypt:active", "shop") == "true\n");
        Assert.Equal("\n", await berth.OkAsync("letsencrypt:status", "shop", "--letsencrypt-last-error"));
    }

    private static async Task AllAsync(BerthServer berth, string commands)
    {
        foreach (var command in commands.Split(';'))
        {
            await berth.OkAsync(command.Split(' '));
        }
    }

    private static async Task<BerthServer> StartAsync(string? trustFile = null, int port = 0)
    {
        var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = trustFile }, port);
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("apps:create", "shop");
        await berth.OkAsync("domains:set", "shop", "shop.localhost");
        return berth;
    }
}
