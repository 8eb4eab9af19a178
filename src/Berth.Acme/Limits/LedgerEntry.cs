namespace Berth.Acme.Limits;

/// <summary>What a ledger keeps of one bucket or one gate.</summary>
public sealed record LedgerEntry
{
    /// <summary>When the bucket is full again, or the gate opens. After that the entry says nothing any more.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>For people: whose bucket or gate it is.</summary>
    public required string Subject { get; init; }

    /// <summary>Of a gate: what the authority said.</summary>
    public string? Words { get; init; }

    /// <summary>Of a gate: the page it named.</summary>
    public string? Page { get; init; }

    /// <summary>Of a gate: whether only a person can lift it, at that page.</summary>
    public bool IsPause { get; init; }
}
