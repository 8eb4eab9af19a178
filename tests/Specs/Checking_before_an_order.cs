using System.Globalization;
using System.Text.Json;
using Berth.TestKit;

namespace Berth.Specs;

public sealed class Checking_before_an_order
{
    [Fact]
    public async Task tells_each_name_what_a_server_would_find()
    {
        await using var dns = await NameServer.StartBindAsync("app IN A 127.0.0.1\nempty IN TXT \"x\"\nsix IN AAAA 2001:db8::7");
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "app.example.test", "gone.example.test", "empty.example.test");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await berth.OkAsync("letsencrypt:set", "--global", "dns-resolvers", dns.Address.ToString());
        await berth.OkAsync("letsencrypt:set", "--global", "dns-authority-port", dns.Address.Port.ToString(CultureInfo.InvariantCulture));

        var text = await berth.RunAsync("letsencrypt:check", "hello");
        using var json = JsonDocument.Parse((await berth.RunAsync("letsencrypt:check", "hello", "--format", "json")).Output);

        Assert.NotEqual(0, text.Status);
        Assert.Contains("-----> app.example.test\n", text.Output, StringComparison.Ordinal);
        Assert.Contains("app.example.test leads to 127.0.0.1", text.Output, StringComparison.Ordinal);
        Assert.Contains($"port {berth.HttpPort} of 127.0.0.1 is this server", text.Output, StringComparison.Ordinal);
        Assert.Contains("all 1 name servers of example.test answer", text.Output, StringComparison.Ordinal);
        Assert.Contains("gone.example.test does not exist in DNS (NXDOMAIN)", text.Output, StringComparison.Ordinal);
        Assert.Contains("empty.example.test has no address in DNS", text.Output, StringComparison.Ordinal);
        Assert.False(json.RootElement.GetProperty("ready").GetBoolean());
        Assert.Equal(
            [("gone.example.test", "dns"), ("empty.example.test", "dns")],
            json.RootElement.GetProperty("findings").EnumerateArray().Where(finding => finding.GetProperty("stops").GetBoolean())
                .Select(finding => (finding.GetProperty("subject").GetString(), finding.GetProperty("check").GetString())));
        Assert.Equal("false\n", await berth.OkAsync("letsencrypt:active", "hello"));
    }

    [Fact]
    public async Task is_content_with_an_app_that_is_ready()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.localhost");
        await berth.OkAsync("letsencrypt:set", "hello", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", "berth");

        var output = await berth.OkAsync("letsencrypt:check", "hello");

        Assert.Contains("clock agrees with the server's", output, StringComparison.Ordinal);
        Assert.DoesNotContain("problem", output, StringComparison.Ordinal);
    }
}
