using Berth.Acme.Protocol;

namespace Berth.Acme.Transport;

/// <summary>The CA's idea of the time, learnt from its <c>Date</c> headers; this machine's may be off.</summary>
internal sealed class ServerClock(TimeProvider time)
{
    private long _skewTicks;

    /// <summary>The CA's time minus ours.</summary>
    internal TimeSpan Skew => TimeSpan.FromTicks(Interlocked.Read(ref _skewTicks));

    internal DateTimeOffset Now => time.GetUtcNow() + Skew;

    internal void Observe(string? date)
    {
        if (RetryAfter.TryParseDate(date, out var told))
        {
            Interlocked.Exchange(ref _skewTicks, (told - time.GetUtcNow()).Ticks);
        }
    }
}
