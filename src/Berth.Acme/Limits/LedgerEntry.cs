namespace Berth.Acme.Limits;

/// <summary>What a ledger keeps of one bucket or one gate.</summary>
public sealed record LedgerEntry
{
    /// <summary>When the bucket is full again, or the gate opens. After that the entry says nothing any more.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>Of a bucket: in which one of what was spent came back by the limit of then. Null in entries of before.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>For people: whose bucket or gate it is.</summary>
    public required string Subject { get; init; }

    /// <summary>Of a gate: what the authority said.</summary>
    public string? Words { get; init; }

    /// <summary>Of a gate: the page it named.</summary>
    public string? Page { get; init; }

    /// <summary>Of a gate: whether only a person can lift it, at that page.</summary>
    public bool IsPause { get; init; }

    /// <summary>When the bucket is full again by a limit that may have been another: as many of the new are missing as were of the old.</summary>
    internal DateTimeOffset UntilBy(RateLimit limit, DateTimeOffset now)
    {
        if (Interval is not { Ticks: > 0 } before || before == limit.Interval || Until <= now)
        {
            return Until;
        }

        var spent = (Until - now) / before;
        return now + (spent < limit.Count ? spent * limit.Interval : limit.Period);
    }
}
