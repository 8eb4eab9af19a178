using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>The CA's idea of the time, learnt from its <c>Date</c> headers; this machine's may be off.</summary>
internal sealed class ServerClock(TimeProvider time)
{
    private const long Unknown = long.MinValue;
    private long _skewTicks = Unknown;

    /// <summary>The CA's time minus ours; null before its first answer.</summary>
    internal TimeSpan? Skew => Interlocked.Read(ref _skewTicks) is var ticks && ticks != Unknown ? TimeSpan.FromTicks(ticks) : null;

    internal DateTimeOffset Now => time.GetUtcNow() + (Skew ?? TimeSpan.Zero);

    /// <returns>Whether it was a date.</returns>
    internal bool Observe(string? date)
    {
        var isDate = RetryAfter.TryParseDate(date, out var told);
        if (isDate)
        {
            Interlocked.Exchange(ref _skewTicks, (told - time.GetUtcNow()).Ticks);
        }

        return isDate;
    }
}
