namespace Berth.Platform.Tests.Processes;

/// <summary>A clock that runs faster than the wall's, so that real processes can be watched through minutes of pauses.</summary>
internal sealed class FastTime(int factor) : TimeProvider
{
    private readonly DateTimeOffset _start = System.GetUtcNow();
    private readonly long _startTicks = System.GetTimestamp();

    public override long TimestampFrequency => System.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => _start + GetElapsedTime(0, GetTimestamp());

    public override long GetTimestamp() => (System.GetTimestamp() - _startTicks) * factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        System.CreateTimer(callback, state, Shorter(dueTime), Shorter(period));

    private TimeSpan Shorter(TimeSpan span) => span <= TimeSpan.Zero ? span : span / factor;
}
