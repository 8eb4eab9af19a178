namespace Berth.Acme.Limits;

/// <summary>One reason why an order has to wait.</summary>
public sealed record LimitHold
{
    /// <summary>The limit that is used up; null when the authority itself asked to wait.</summary>
    public LimitKind? Kind { get; init; }

    /// <summary>True when something is left of the limit, and set aside for orders that are about to be placed: it may be free again in a moment.</summary>
    public bool IsSetAside { get; init; }

    /// <summary>What the authority asked to be left alone with; null when it is a limit counted here.</summary>
    public GateScope? Gate { get; init; }

    /// <summary>The account, domain, name or set it is about; empty for the whole authority.</summary>
    public required string Subject { get; init; }

    /// <summary>The order may be tried from then on.</summary>
    public required DateTimeOffset Until { get; init; }

    /// <summary>What the authority said, where it did.</summary>
    public string? Words { get; init; }

    /// <summary>The page at which a person can lift it or read about it.</summary>
    public string? Page { get; init; }

    /// <summary>Whether only a person can lift it, at that page: it is looked at again at <see cref="Until"/>, or once a person says so by <see cref="RateLedger.LiftedAsync"/>.</summary>
    public bool IsPause { get; init; }
}
