using System.Net;
using System.Net.Sockets;
using Berth.TestKit;

namespace Berth.Specs;

/// <summary>What other commands do while a server that says nothing keeps an app's certificate at work.</summary>
public sealed class Waiting_for_an_order_under_way : IAsyncLifetime
{
    private const string Waits = "-----> Waiting for what is under way with the certificate of hello to end...";
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromMinutes(1));
    private readonly TcpListener _hanging = new(IPAddress.Loopback, 0);
    private BerthServer _berth = null!;

    public async ValueTask InitializeAsync()
    {
        _hanging.Start();
        _berth = await BerthServer.StartAsync();
        await HelloApp.DeployAsync(_berth, "hello");
        await _berth.OkAsync("domains:set", "hello", "hello.localhost");
        await _berth.OkAsync("letsencrypt:set", "--global", "email", "you@example.com");
        await _berth.OkAsync("letsencrypt:set", "--global", "server", "berth");
        await _berth.OkAsync("letsencrypt:enable", "hello");
        await _berth.OkAsync("letsencrypt:cron-job", "--remove");
        await _berth.OkAsync("letsencrypt:set", "hello", "server", $"https://localhost:{((IPEndPoint)_hanging.LocalEndpoint).Port}/directory");
        await _berth.OkAsync("letsencrypt:set", "hello", "graceperiod", "31536000");
    }

    public async ValueTask DisposeAsync()
    {
        await _berth.DisposeAsync();
        _hanging.Dispose();
        _patience.Dispose();
    }

    [Theory]
    [InlineData("letsencrypt:enable", "hello")]
    [InlineData("letsencrypt:enable", "hello", "--dry-run")]
    [InlineData("letsencrypt:auto-renew", "hello")]
    [InlineData("letsencrypt:revoke", "hello")]
    [InlineData("letsencrypt:rollback", "hello")]
    [InlineData("apps:rename", "hello", "other")]
    public async Task says_that_it_waits(params string[] command)
    {
        var first = _berth.RunAsync("letsencrypt:enable", "hello");
        using (await AskedAsync())
        {
            await using var second = await WaitingAsync(command);
            Assert.True(await second.SaysAsync(" is being asked since 20", _patience.Token));
            Assert.True(await second.SaysAsync("       How it goes on: `berth letsencrypt:status hello`", _patience.Token));
            Assert.DoesNotContain(second.Said, line => line.StartsWith("       Removing", StringComparison.Ordinal) || line.Contains("Revoking", StringComparison.Ordinal));
            Assert.False(first.IsCompleted);
        }

        _hanging.Stop();
        Assert.DoesNotContain("Waiting for", (await first).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("letsencrypt:disable", "hello")]
    [InlineData("apps:destroy", "--force", "hello")]
    public async Task is_given_up_by_who_wants_no_certificate_any_more(params string[] command)
    {
        var first = _berth.RunAsync("letsencrypt:enable", "hello");
        using var asked = await AskedAsync();
        var behind = RunningProgram.Start(BerthProgram.Path, ["letsencrypt:enable", "hello"], _berth.Environment);
        await using (behind)
        {
            Assert.True(await behind.SaysAsync(Waits, _patience.Token));
            await _berth.OkAsync(command);
            await behind.EndedAsync();
        }

        var ended = await first;
        Assert.Equal(1, ended.Status);
        Assert.Contains("The order for hello was given up", ended.Error, StringComparison.Ordinal);
        Assert.DoesNotContain(behind.Said, line => line.Contains("Certificate retrieved", StringComparison.Ordinal));
        Assert.False(Directory.Exists($"{_berth.Home}/hello/letsencrypt"));
    }

    [Fact]
    public async Task who_gives_up_an_order_is_told_what_becomes_of_it()
    {
        await using var ordering = RunningProgram.Start(BerthProgram.Path, ["letsencrypt:enable", "hello"], _berth.Environment);
        using (await AskedAsync())
        {
            await Task.Delay(TimeSpan.FromMilliseconds(150), TimeProvider.System, _patience.Token);
            await ordering.SignalAsync("INT");
            await ordering.EndedAsync();
        }

        Assert.Contains(" !     No certificate was ordered.", ordering.Said);
    }

    [Fact]
    public async Task what_waits_behind_a_renaming_leaves_nothing_of_the_name_that_is_gone()
    {
        var first = _berth.RunAsync("letsencrypt:enable", "hello");
        var behind = new List<RunningProgram>();
        using (await AskedAsync())
        {
            behind.Add(await WaitingAsync("apps:rename", "hello", "other"));
            foreach (var command in new string[][] { ["letsencrypt:rollback", "hello"], ["letsencrypt:revoke", "hello"], ["letsencrypt:enable", "hello", "--dry-run"] })
            {
                behind.Add(await WaitingAsync(command));
            }
        }

        _hanging.Stop();
        await first;
        foreach (var program in behind)
        {
            await program.EndedAsync();
            await program.DisposeAsync();
        }

        Assert.All(behind[1..], program => Assert.Contains(program.Said, line => line.Contains("App hello does not exist", StringComparison.Ordinal)));
        Assert.False(Directory.Exists($"{_berth.Home}/hello"));
        Assert.False(Directory.Exists($"{_berth.Lib}/config/letsencrypt/hello"));
        Assert.Equal("true\n", await _berth.OkAsync("letsencrypt:active", "other"));
    }

    [Fact]
    public async Task a_second_renewal_leaves_the_failure_that_it_waited_for_its_pause()
    {
        var events = await FailuresAsync();
        var first = _berth.RunAsync("letsencrypt:auto-renew", "hello");
        RunningProgram second;
        using (await AskedAsync())
        {
            second = await WaitingAsync("letsencrypt:auto-renew", "hello");
        }

        _hanging.Stop();
        Assert.Equal(1, (await first).Status);
        await second.EndedAsync();
        await second.DisposeAsync();

        Assert.Contains(second.Said, line => line.Contains("hello: ", StringComparison.Ordinal) && line.Contains("held back", StringComparison.Ordinal));
        Assert.Equal(events + 1, await FailuresAsync());
    }

    private Task<Socket> AskedAsync() => _hanging.AcceptSocketAsync(_patience.Token).AsTask();

    private async Task<RunningProgram> WaitingAsync(params string[] command)
    {
        var program = RunningProgram.Start(BerthProgram.Path, command, _berth.Environment);
        Assert.True(await program.SaysAsync(Waits, _patience.Token));
        return program;
    }

    private async Task<int> FailuresAsync() =>
        (await _berth.OkAsync("letsencrypt:events", "hello")).Split('\n').Count(line => line.Contains(" failed", StringComparison.Ordinal));
}
