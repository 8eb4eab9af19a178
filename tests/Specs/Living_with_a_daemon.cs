using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>A daemon that is started and stopped by hand, that hangs, or that finds what an earlier one left.</summary>
public sealed class Living_with_a_daemon
{
    [Fact]
    public async Task starts_it_away_from_the_terminal_and_stops_it_again()
    {
        await using var berth = BerthServer.WithoutDaemon();
        var started = await berth.OkAsync("serve", "--detach", "--http-port", "0", "--https-port", "0", "--authority-port", "0");
        Assert.Contains("berth serve --stop", started, StringComparison.Ordinal);
        Assert.Contains("`berth serve --stop` ends it", (await berth.RunAsync("--quiet", "doctor")).Output, StringComparison.Ordinal);

        Assert.Contains("=====> Stopped\n", await berth.OkAsync("serve", "--stop"), StringComparison.Ordinal);

        Assert.False(File.Exists($"{berth.Lib}/run/daemon.json"));
        Assert.StartsWith("=====> No daemon is serving", await berth.OkAsync("serve", "--stop"), StringComparison.Ordinal);
        await berth.OkAsync("apps:create", "app");
    }

    [Fact]
    public async Task begins_a_new_log_when_the_old_one_is_full()
    {
        await using var berth = BerthServer.WithoutDaemon();
        Directory.CreateDirectory($"{berth.Lib}/run");
        await File.WriteAllTextAsync($"{berth.Lib}/run/berth.log", new string('x', 8 << 20));

        await berth.OkAsync("serve", "--detach", "--http-port", "0", "--https-port", "0", "--authority-port", "0");
        await berth.OkAsync("serve", "--stop");

        Assert.Equal(8 << 20, new FileInfo($"{berth.Lib}/run/berth.log.1").Length);
        Assert.InRange(new FileInfo($"{berth.Lib}/run/berth.log").Length, 1, 100_000);
        Assert.Contains("Stopping", await File.ReadAllTextAsync($"{berth.Lib}/run/berth.log"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task removes_what_a_crash_left_half_written_and_nothing_of_the_users()
    {
        await using var berth = BerthServer.WithoutDaemon();
        await berth.OkAsync("apps:create", "app");
        string[] files = [$"{berth.Home}/app/.VHOST.0.berth-tmp", $"{berth.Home}/app/.new.1.berth-tmp", $"{berth.Lib}/data/storage/mine.berth-tmp", $"{berth.Home}/app/VHOST"];
        Directory.CreateDirectory($"{berth.Lib}/data/storage");
        foreach (var file in files)
        {
            await File.WriteAllTextAsync(file, "");
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file) - (file.Contains("new") ? TimeSpan.Zero : TimeSpan.FromHours(1)));
        }

        await berth.RestartAsync();

        // Behind the start: no visitor waits for it.
        await Eventually.TrueAsync(() => Task.FromResult(berth.Log.Contains("Removed 1 temporary files", StringComparison.Ordinal)));
        Assert.Equal([false, true, true, true], files.Select(File.Exists));
    }

    [Fact]
    public async Task does_not_wait_for_one_that_hangs()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");
        await SignalAsync("STOP", berth.ProcessId);
        try
        {
            var look = await berth.RunAsync("doctor");
            Assert.Equal(1, look.Status);
            Assert.Contains("has not answered for 3 seconds", look.Output, StringComparison.Ordinal);

            await using var caller = RunningProgram.Start(
                BerthProgram.Path, ["apps:list"], new Dictionary<string, string?> { ["DOKKU_ROOT"] = berth.Home, ["DOKKU_LIB_ROOT"] = berth.Lib });
            while (!caller.HasExited)
            {
                // The first asks, the second ends; before it listens to them, one is enough.
                await SignalAsync("INT", caller.ProcessId);
            }
        }
        finally
        {
            await SignalAsync("CONT", berth.ProcessId);
        }

        await berth.OkAsync("apps:list");
    }

    [Fact]
    public async Task says_that_it_waits_for_one_that_hangs()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");
        await SignalAsync("STOP", berth.ProcessId);
        await using var caller = RunningProgram.Start(
            BerthProgram.Path, ["apps:list"], new Dictionary<string, string?> { ["DOKKU_ROOT"] = berth.Home, ["DOKKU_LIB_ROOT"] = berth.Lib });
        try
        {
            Assert.True(await caller.SaysAsync("has not answered for 10 seconds", TestContext.Current.CancellationToken));
            Assert.True(await caller.SaysAsync(string.Create(CultureInfo.InvariantCulture, $"kill -CONT {berth.ProcessId}"), TestContext.Current.CancellationToken));
        }
        finally
        {
            await SignalAsync("CONT", berth.ProcessId);
        }

        await caller.EndedAsync();
        Assert.Contains("app", caller.Said);
    }

    [Fact]
    public async Task says_that_a_command_is_too_large_before_it_is_sent()
    {
        await using var berth = await BerthServer.StartAsync();
        await berth.OkAsync("apps:create", "app");
        var pairs = Enumerable.Range(0, 11).Select(i => $"K{i.ToString(CultureInfo.InvariantCulture)}={new string('x', 100_000)}");

        var result = await berth.RunAsync(["config:set", "--no-restart", "app", .. pairs]);

        Assert.Equal(1, result.Status);
        Assert.Contains("explain call-too-large", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("K0", await berth.OkAsync("config:keys", "app"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n", "daemon-ended")]
    [InlineData("HTTP/1.1 101 Switching Protocols\r\n\r\n\u0003\u0001\0\0\0x", "daemon-ended")]
    [InlineData("HTTP/1.1 404 Not Found\r\n\r\n", "call-refused")]
    [InlineData("HTTP/1.1 403 Forbidden\r\n\r\n", "daemon-access-denied")]
    [InlineData("SSH-2.0-OpenSSH\r\n", "daemon-ended")]
    [InlineData("", "daemon-ended")]
    public async Task tells_what_answers_in_its_place(string answer, string code)
    {
        using var scratch = new ScratchFolder();
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(scratch["sock"]));
        listener.Listen();
        var answering = Task.Run(async () =>
        {
            using var client = await listener.AcceptAsync();
            await client.ReceiveAsync(new byte[65536]);
            await client.SendAsync(Encoding.ASCII.GetBytes(answer));
        });

        var result = await ExternalProgram.RunAsync(BerthProgram.Path, ["apps:list"], new Dictionary<string, string?>
        {
            ["DOKKU_ROOT"] = scratch["home"],
            ["DOKKU_LIB_ROOT"] = scratch["lib"],
            ["BERTH_SOCKET"] = scratch["sock"],
        });
        await answering;

        Assert.Equal(1, result.Status);
        Assert.Contains($"explain {code}", result.Error, StringComparison.Ordinal);
    }

    private static Task<CommandResult> SignalAsync(string signal, int process) =>
        ExternalProgram.RunAsync("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
}
