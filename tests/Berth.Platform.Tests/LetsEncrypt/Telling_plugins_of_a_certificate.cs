using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Plugins;
using Berth.Platform.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A handler that hangs would keep the turn of a renewal for ever, and eight of them every renewal at a server.</summary>
public sealed class Telling_plugins_of_a_certificate : ITriggers
{
    private static readonly AppName App = AppName.Parse("hello");
    private readonly Heard _heard = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task ends_a_handler_that_hangs_where_nobody_watches()
    {
        var told = new UpdateTrigger(this, _time).FireAsync(App, isWatched: false, _heard.Output, CancellationToken.None);

        Assert.False(told.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(PluginProblems.TriggerFailed, (await Assert.ThrowsAsync<ProblemException>(() => told)).Problem.Code);
    }

    [Fact]
    public async Task waits_for_whoever_watches_until_they_give_up()
    {
        using var given = new CancellationTokenSource();
        var told = new UpdateTrigger(this, _time).FireAsync(App, isWatched: true, _heard.Output, given.Token);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(told.IsCompleted);
        await given.CancelAsync();
        Assert.False(told.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => told);
    }

    Task ITriggers.FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel) =>
        Task.Delay(Timeout.InfiniteTimeSpan, _time, cancel);
}
