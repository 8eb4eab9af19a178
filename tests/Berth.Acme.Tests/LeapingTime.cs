namespace Berth.Acme.Tests;

/// <summary>The real clock, of which a test may say that much time has passed.</summary>
internal sealed class LeapingTime : TimeProvider
{
    private long _ahead;

    public override long GetTimestamp() => System.GetTimestamp() + Interlocked.Read(ref _ahead);

    internal void Leap(TimeSpan span) => Interlocked.Add(ref _ahead, (long)(span.TotalSeconds * TimestampFrequency));
}
