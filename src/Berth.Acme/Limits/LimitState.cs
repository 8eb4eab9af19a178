namespace Berth.Acme.Limits;

/// <summary>How much of one limit is left.</summary>
public sealed record LimitState
{
    public required LimitKind Kind { get; init; }

    /// <summary>Whose it is: an account, a domain, a name, or the names of a set in short.</summary>
    public required string Subject { get; init; }

    public required int Left { get; init; }

    public required int Of { get; init; }

    /// <summary>When there is one more than now; null when all are there.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>When all are there; null when they are.</summary>
    public DateTimeOffset? FullAt { get; init; }
}
