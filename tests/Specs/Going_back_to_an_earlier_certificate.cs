using System.Text.Json.Nodes;
using Berth.Specs.Plugins;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Going_back_to_an_earlier_certificate
{
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
}
