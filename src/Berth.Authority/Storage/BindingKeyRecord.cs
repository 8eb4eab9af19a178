using System.Collections.Immutable;

namespace Berth.Authority.Storage;

/// <summary>A key that ties new accounts to a customer (RFC 8555 §7.3.4), and what its accounts may do.</summary>
internal sealed record BindingKeyRecord
{
    /// <summary>The <c>kid</c> of the binding.</summary>
    internal required string Id { get; init; }

    /// <summary>The MAC key.</summary>
    internal required byte[] Secret { get; init; }

    internal required DateTimeOffset Created { get; init; }

    /// <summary>No account is bound with it from then on; null for never.</summary>
    internal DateTimeOffset? Expires { get; init; }

    /// <summary>Patterns as in <see cref="Policy.NamePattern"/>; empty for any name.</summary>
    internal ImmutableArray<string> Names { get; init; } = [];

    /// <summary>How many accounts may be bound with it; null for any number.</summary>
    internal int? MostAccounts { get; init; }

    /// <summary>How many orders its accounts may make in 24 hours, together; null for any number.</summary>
    internal int? OrdersPerDay { get; init; }

    public override string ToString() => $"BindingKeyRecord {{ Id = {Id} }}";
}
