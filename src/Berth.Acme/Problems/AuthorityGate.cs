namespace Berth.Acme;

/// <summary>How long a certificate authority asked to be left alone, and with what.</summary>
public sealed record AuthorityGate
{
    /// <summary>What is held back.</summary>
    public required GateScope Scope { get; init; }

    /// <summary>The names or the registered domain it is about; empty for an authority, registrations, an account or the order's own set.</summary>
    public IReadOnlyList<string> Subjects { get; init; } = [];

    /// <summary>By this machine's clock; null where waiting does not help and a person must act, see <see cref="Page"/>.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>The https page at which a person can open the gate or read about it; null when none was named.</summary>
    public string? Page { get; init; }

    /// <summary>What the authority said, printable.</summary>
    public required string Words { get; init; }

    /// <summary>Whether waiting would be in vain, for only a person who reads the page can open it: Let's Encrypt's paused names.</summary>
    public bool IsPause => this is { Until: null, Page: not null, Scope: GateScope.Name };
}
