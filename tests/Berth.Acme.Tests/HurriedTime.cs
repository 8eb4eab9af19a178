namespace Berth.Acme.Tests;

/// <summary>The real clock, whose timers go off twenty times as early: for waits that a test has to sit through.</summary>
internal sealed class HurriedTime : TimeProvider
{
    private const int Hurry = 20;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(
        callback, state, dueTime > TimeSpan.Zero ? dueTime / Hurry : dueTime, period > TimeSpan.Zero ? period / Hurry : period);
}
