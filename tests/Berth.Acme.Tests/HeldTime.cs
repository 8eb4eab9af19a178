namespace Berth.Acme.Tests;

/// <summary>The real clock, but for timers of one length: they go off when the test says so, and not before.</summary>
internal sealed class HeldTime(TimeSpan held) : TimeProvider
{
    private Action _ring = static () => { };

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime != held)
        {
            return System.CreateTimer(callback, state, dueTime, period);
        }

        var timer = System.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _ring += () => timer.Change(TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        return timer;
    }

    internal void Ring() => _ring();
}
