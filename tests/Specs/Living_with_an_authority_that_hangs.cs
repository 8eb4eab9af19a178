using System.Net;
using System.Net.Sockets;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>A server that takes connections and says nothing, and one that cannot come through, beside one that works.</summary>
public sealed class Living_with_an_authority_that_hangs
{
    [Fact]
    public async Task starts_and_serves_all_the_same_and_ends_when_told_to()
    {
        using var scratch = new ScratchFolder();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var port = FreePort.Next();
        BerthServer berth;
        int silent;
        string before;
        await using (var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port }))
        {
            // Pebble goes, and the file that says how it is trusted with it.
            File.Copy(pebble.CertificateFile, scratch["trust.pem"]);
            berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = scratch["trust.pem"] }, port);
            await CreateAsync(berth, pebble.DirectoryUrl.ToString());
            await berth.OkAsync("letsencrypt:enable", "hello");
            before = await berth.OkAsync("certs:show", "hello", "crt");
            await berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
            silent = pebble.DirectoryUrl.Port;
            await berth.StopAsync();
        }

        await using (berth)
        {
            using var hanging = new TcpListener(IPAddress.Loopback, silent);
            hanging.Start();

            await berth.RestartAsync();
            using var asked = await hanging.AcceptSocketAsync(patience.Token);

            // It is due, and its server has been asked by the daemon itself and is silent: nothing waits for that.
            Assert.Equal(before, await berth.OkAsync("certs:show", "hello", "crt"));
            Assert.Contains("hello.example.com", await ShownAsync(berth), StringComparison.Ordinal);
            await berth.OkAsync("apps:create", "more");
            await berth.OkAsync("config:set", "--no-restart", "hello", "A=1");
            await berth.StopAsync();
        }
    }

    [Fact]
    public async Task holds_up_nothing_else_while_a_command_waits_for_it()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var hanging = new TcpListener(IPAddress.Loopback, 0);
        hanging.Start();
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await StartAsync(pebble, port);
        await berth.OkAsync("letsencrypt:set", "hello", "server", $"https://localhost:{((IPEndPoint)hanging.LocalEndpoint).Port}/directory");
        await berth.OkAsync("apps:create", "other");
        await berth.OkAsync("domains:set", "other", "other.example.com");

        await using var waiting = RunningProgram.Start(
            BerthProgram.Path, ["letsencrypt:enable", "hello"], new Dictionary<string, string?> { ["DOKKU_ROOT"] = berth.Home, ["DOKKU_LIB_ROOT"] = berth.Lib });
        using (await hanging.AcceptSocketAsync(patience.Token))
        {
            Assert.True(await waiting.SaysAsync("Enabling letsencrypt for hello", patience.Token));
            await berth.OkAsync("config:set", "--no-restart", "hello", "A=1");
            await berth.OkAsync("domains:add", "hello", "also.example.com");
            Assert.Matches(
                @"^localhost:\d+ is being asked since 20.* UTC and has not answered yet\n$",
                await berth.OkAsync("letsencrypt:report", "hello", "--letsencrypt-waiting-for"));
            Assert.Matches(@"hello +now +localhost:\d+ is being asked since ", await berth.OkAsync("letsencrypt:status"));
            await berth.OkAsync("letsencrypt:list");
            await berth.OkAsync("letsencrypt:enable", "other");
            Assert.False(waiting.HasExited);
        }

        hanging.Stop();
        await waiting.EndedAsync();
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "other"));
    }

    [Fact]
    public async Task tells_who_watches_where_to_see_what_an_order_waits_for()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await StartAsync(pebble, port);
        await pebble.HangAsync();

        await using var watching = RunningProgram.Start("script", ["-qec", $"{BerthProgram.Path} letsencrypt:enable hello", "/dev/null"], berth.Environment);
        Assert.True(await watching.SaysAsync($"Under way at {pebble.DirectoryUrl.Authority}; what it waits for: berth letsencrypt:status hello", patience.Token));

        await pebble.GoOnAsync();
        Assert.True(await watching.SaysAsync("Certificate retrieved successfully.", patience.Token));
    }

    [Theory]
    [InlineData("letsencrypt:revoke")]
    [InlineData("letsencrypt:rollback")]
    public async Task takes_no_other_certificate_away_than_was_in_service_when_it_was_asked(string command)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var port = FreePort.Next();
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = port });
        await using var berth = await StartAsync(pebble, port);
        await berth.OkAsync("letsencrypt:enable", "hello");
        await pebble.HangAsync();

        var renewing = berth.RunAsync("letsencrypt:enable", "hello", "--force");
        await Eventually.TrueAsync(async () => (await berth.OkAsync("letsencrypt:status", "hello", "--letsencrypt-next")) == "order\n");
        await using var second = RunningProgram.Start(BerthProgram.Path, [command, "hello"], berth.Environment);
        Assert.True(await second.SaysAsync("-----> Waiting for what is under way", patience.Token));
        await pebble.GoOnAsync();
        Assert.Equal(0, (await renewing).Status);
        await second.EndedAsync();

        Assert.Contains(second.Said, line => line.Contains("Another certificate was put into service for hello while this waited", StringComparison.Ordinal));
        Assert.Equal("true\n", await berth.OkAsync("letsencrypt:active", "hello"));
        Assert.DoesNotContain(" rolled-back ", await berth.OkAsync("letsencrypt:events", "hello"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task asks_no_other_server_where_a_name_could_not_be_proved()
    {
        // Neither port leads to the edge: what is wrong would be wrong for the next server, too.
        await using var first = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next(), TlsPort = FreePort.Next() });
        await using var second = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = FreePort.Next() });
        using var scratch = new ScratchFolder();
        await File.WriteAllTextAsync(scratch["both.pem"], await File.ReadAllTextAsync(first.CertificateFile) + "\n" + await File.ReadAllTextAsync(second.CertificateFile));
        await using var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = scratch["both.pem"] }, second.HttpPort);
        await CreateAsync(berth, $"{first.DirectoryUrl} {second.DirectoryUrl}");

        for (var attempt = 0; attempt < 4; attempt++)
        {
            Assert.Equal(1, (await berth.RunAsync("letsencrypt:enable", "hello")).Status);
        }

        Assert.True(first.Orders >= 4, $"{first.Orders} orders");
        Assert.Equal(0, second.Orders);
    }

    private static async Task<BerthServer> StartAsync(PebbleServer pebble, int port)
    {
        var berth = await BerthServer.StartAsync(new Dictionary<string, string?> { ["LEGO_CA_CERTIFICATES"] = pebble.CertificateFile }, port);
        await CreateAsync(berth, pebble.DirectoryUrl.ToString());
        return berth;
    }

    private static async Task CreateAsync(BerthServer berth, string servers)
    {
        await berth.OkAsync("apps:create", "hello");
        await berth.OkAsync("domains:set", "hello", "hello.example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await berth.OkAsync("letsencrypt:set", "--global", "server", servers);
    }

    private static async Task<string> ShownAsync(BerthServer berth) => (await ExternalProgram.RunAsync(
        "openssl", ["s_client", "-connect", $"127.0.0.1:{berth.HttpsPort}", "-servername", "hello.example.com", "-brief"], input: "")).ToString();
}
