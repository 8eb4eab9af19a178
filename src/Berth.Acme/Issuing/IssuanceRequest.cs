using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>The certificate that is wanted.</summary>
public sealed record IssuanceRequest
{
    /// <summary>At least one; doubles count once.</summary>
    public required IReadOnlyList<DomainName> Names { get; init; }

    public KeyType KeyType { get; init; } = KeyType.P256;

    /// <summary>The common name of the issuer at the top of the preferred chain; the default chain when none offers it.</summary>
    public string? PreferredChain { get; init; }

    /// <summary>A profile the server lists in its directory; null for its default.</summary>
    public string? Profile { get; init; }

    /// <summary>The certificate this one renews (RFC 9773 §5); left out when the server will not have it.</summary>
    public string? Replaces { get; init; }

    /// <summary>The names as an order writes them: sorted, each once.</summary>
    internal string[] SortedNames() => [.. Names.Select(name => name.Text).Distinct().Order(StringComparer.Ordinal)];
}
