using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.Plugins;
using Berth.Platform.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A handler that hangs would keep the turn of a renewal for ever, and eight of them every renewal at a server.</summary>
public sealed class Telling_plugins_of_a_certificate : ITriggers, IDisposable
{
    private readonly Room _room = new();
    private readonly List<string> _fired = [];
    private bool _hangs = true;
    private static readonly AppName App = AppName.Parse("hello");
    private readonly Heard _heard = new();
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task ends_a_handler_that_hangs_where_nobody_watches()
    {
        var told = new UpdateTrigger(this, _room.Store, _time).FireAsync(App, isWatched: false, _heard.Output, CancellationToken.None);

        Assert.False(told.IsCompleted);
        _time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(PluginProblems.TriggerFailed, (await Assert.ThrowsAsync<ProblemException>(() => told)).Problem.Code);
    }

    [Fact]
    public async Task waits_for_whoever_watches_until_they_give_up()
    {
        using var given = new CancellationTokenSource();
        var told = new UpdateTrigger(this, _room.Store, _time).FireAsync(App, isWatched: true, _heard.Output, given.Token);

        _time.Advance(TimeSpan.FromDays(1));
        Assert.False(told.IsCompleted);
        await given.CancelAsync();
        Assert.False(told.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(10));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => told);
    }

    /// <summary>The daemon was ended while a handler ran, or before: a mail server would go on with the old certificate until it lapses.</summary>
    [Fact]
    public async Task tells_after_a_restart_what_an_earlier_process_did_not_come_to_tell()
    {
        var other = AppName.Parse("gone");
        var update = new UpdateTrigger(this, _room.Store, _time);
        update.Publish(new LineageEvent(LineageEventKind.Issued, App, _time.GetUtcNow()));
        update.Publish(new LineageEvent(LineageEventKind.Issued, other, _time.GetUtcNow()));
        using var ended = new CancellationTokenSource();
        var told = update.FireAsync(App, isWatched: false, _heard.Output, ended.Token);
        await ended.CancelAsync();
        _time.Advance(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => told);

        (_hangs, var next) = (false, new UpdateTrigger(this, _room.Store, _time));
        _fired.Clear();
        await next.FireLeftAsync(_room.Apps, _ => Task.FromResult(true), new RenewalLogOf(_heard), CancellationToken.None);
        Assert.Empty(_fired);
        await next.FireLeftAsync(_room.Apps, _ => Task.FromResult(false), new RenewalLogOf(_heard), CancellationToken.None);
        await next.FireLeftAsync(_room.Apps, _ => Task.FromResult(false), new RenewalLogOf(_heard), CancellationToken.None);

        Assert.Equal(["post-certs-update hello"], _fired);
    }

    [Fact]
    public async Task tells_once_of_what_it_came_to_tell()
    {
        (_hangs, var update) = (false, new UpdateTrigger(this, _room.Store, _time));
        update.Publish(new LineageEvent(LineageEventKind.Issued, App, _time.GetUtcNow()));
        await update.FireAsync(App, isWatched: true, _heard.Output, CancellationToken.None);

        await update.FireLeftAsync(_room.Apps, _ => Task.FromResult(false), new RenewalLogOf(_heard), CancellationToken.None);

        Assert.Equal(["post-certs-update hello"], _fired);
    }

    public void Dispose() => _room.Dispose();

    Task ITriggers.FireAsync(string trigger, IReadOnlyList<string> arguments, CommandOutput output, CancellationToken cancel)
    {
        _fired.Add($"{trigger} {arguments[0]}");
        return _hangs ? Task.Delay(Timeout.InfiniteTimeSpan, _time, cancel) : Task.CompletedTask;
    }

    private sealed class RenewalLogOf(Heard heard) : IRenewalLog
    {
        public CommandOutput OutputOf(AppName app) => heard.Output;

        public void Failed(AppName app, Problem problem) => Assert.Fail(problem.Found);

        public void LookFailed(Exception cause) => Assert.Fail(cause.Message);

        public void Faulted(AppName app, Exception fault) => Assert.Fail(fault.Message);
    }
}
