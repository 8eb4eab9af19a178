using Berth.Daemon;
using Microsoft.Extensions.Logging;

namespace Berth.Specs;

/// <summary>A fault of Berth's own in one of the daemon's parts.</summary>
public sealed class Outliving_a_fault : IDisposable, ILogger
{
    private readonly List<string> _told = [];
    private readonly CancellationTokenSource _stop = new();

    public void Dispose() => _stop.Dispose();

    [Fact]
    public async Task leaves_the_other_parts_at_work_and_the_end_in_order()
    {
        var other = new TaskCompletionSource();
        var all = new DaemonParts(this, TimeProvider.System).UntilStoppedAsync(
            [("a part", Task.FromException(new InvalidOperationException("broken"))), ("another", other.Task.WaitAsync(_stop.Token))], _stop.Token);

        Assert.Equal(["Error: A fault of Berth's own has ended a part, until the daemon starts again (broken)"], _told);
        Assert.False(all.IsCompleted);

        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
        Assert.Single(_told);
    }

    [Fact]
    public async Task does_not_end_the_daemon_where_no_part_is_left()
    {
        var all = new DaemonParts(this, TimeProvider.System).UntilStoppedAsync([("a part", Task.FromCanceled(new CancellationToken(true)))], _stop.Token);

        Assert.Single(_told);
        Assert.False(all.IsCompleted);

        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all);
    }

    IDisposable? ILogger.BeginScope<TState>(TState state) => null;

    bool ILogger.IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _told.Add($"{logLevel}: {formatter(state, exception)} ({exception?.Message})");
}
