namespace Berth.Acme.Limits;

/// <summary>One limit: a bucket of tokens that fills evenly.</summary>
/// <param name="Kind">What it counts.</param>
/// <param name="Count">How many at once, at least 1.</param>
/// <param name="Period">In which an empty bucket becomes full; one token comes back in each <c>Period / Count</c>.</param>
public sealed record RateLimit(LimitKind Kind, int Count, TimeSpan Period)
{
    internal TimeSpan Interval => Period / Count;

    /// <summary>Tokens left when the bucket is full again at <paramref name="full"/>.</summary>
    internal int Left(DateTimeOffset full, DateTimeOffset now) =>
        full <= now ? Count : Math.Clamp((int)((Period - (full - now)).Ticks / Interval.Ticks), 0, Count);

    /// <summary>When there are that many tokens; in the past when there are now.</summary>
    internal DateTimeOffset Available(DateTimeOffset full, int tokens) => full - Period + (Interval * Math.Min(tokens, Count));

    /// <summary>How much is left of a bucket that is full again at a time.</summary>
    internal LimitState StateOf(string subject, DateTimeOffset full, DateTimeOffset now)
    {
        var left = Left(full, now);
        return new LimitState
        {
            Kind = Kind,
            Subject = subject,
            Left = left,
            Of = Count,
            NextAt = left == Count ? null : Available(full, left + 1),
            FullAt = full <= now ? null : full,
        };
    }
}
