using System.Collections.Immutable;

namespace Berth.Authority.Storage;

internal sealed record CertificateRecord
{
    /// <summary>Lower-case hexadecimal.</summary>
    internal required string Serial { get; init; }

    /// <summary>Null for the authority's own endpoint.</summary>
    internal string? AccountId { get; init; }

    internal required string IssuerId { get; init; }

    /// <summary>The leaf, DER.</summary>
    internal required byte[] Der { get; init; }

    /// <summary>SHA-256 of the SubjectPublicKeyInfo, base64url.</summary>
    internal required string KeyHash { get; init; }

    /// <summary>DNS names and addresses; empty for certificates stored before names were.</summary>
    internal ImmutableArray<string> Names { get; init; } = [];

    internal required DateTimeOffset NotBefore { get; init; }

    internal required DateTimeOffset NotAfter { get; init; }

    internal DateTimeOffset? Revoked { get; init; }

    /// <summary>RFC 5280 §5.3.1 reason code.</summary>
    internal int? Reason { get; init; }
}
