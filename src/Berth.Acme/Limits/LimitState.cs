namespace Berth.Acme.Limits;

/// <summary>How much of one limit is left.</summary>
public sealed record LimitState
{
    /// <summary>What is counted.</summary>
    public required LimitKind Kind { get; init; }

    /// <summary>Whose it is: an account, a domain, a name, or the names of a set in short.</summary>
    public required string Subject { get; init; }

    /// <summary>What may still be spent now.</summary>
    public required int Left { get; init; }

    /// <summary>What a full bucket holds.</summary>
    public required int Of { get; init; }

    /// <summary>When there is one more than now; null when all are there.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When all are there; null when they are.</summary>
    public DateTimeOffset? FullAt { get; init; }
}
