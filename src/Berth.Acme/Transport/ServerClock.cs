using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>The CA's idea of the time, learnt from its <c>Date</c> headers; this machine's may be off.</summary>
internal sealed class ServerClock(TimeProvider time)
{
    private const long Unknown = long.MinValue;

    // No clock is set to anything else.
    private const int Earliest = 2000;
    private const int Latest = 2200;
    private long _skewTicks = Unknown;

    /// <summary>The CA's time minus ours; null before its first answer.</summary>
    internal TimeSpan? Skew => Interlocked.Read(ref _skewTicks) is var ticks && ticks != Unknown ? TimeSpan.FromTicks(ticks) : null;

    internal DateTimeOffset Now => time.GetUtcNow() + (Skew ?? TimeSpan.Zero);

    /// <summary>By the CA's clock and by this machine's: either may be off, and one wrong header of a proxy's takes no certificate away.</summary>
    internal IReadOnlyList<DateTimeOffset> Both => [Now, time.GetUtcNow()];

    /// <param name="date">A header as it was sent; what is no date says nothing.</param>
    internal void Observe(string? date)
    {
        if (RetryAfter.TryParseDate(date, out var told) && told.Year is >= Earliest and <= Latest)
        {
            Observe(told);
        }
    }

    internal void Observe(DateTimeOffset told) => Interlocked.Exchange(ref _skewTicks, (told - time.GetUtcNow()).Ticks);
}
