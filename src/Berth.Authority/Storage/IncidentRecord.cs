namespace Berth.Authority.Storage;

/// <summary>A renewal window that an operator has set for certificates that must be replaced (RFC 9773 §4.2).</summary>
internal sealed record IncidentRecord
{
    internal required string Id { get; init; }

    /// <summary>The one certificate it is about; null for all of an issuer or a time.</summary>
    internal string? Serial { get; init; }

    /// <summary>Whose certificates it is about; null for those of all issuers.</summary>
    internal string? Issuer { get; init; }

    /// <summary>The earliest issuance it is about; null for the beginning.</summary>
    internal DateTimeOffset? IssuedFrom { get; init; }

    /// <summary>The latest issuance it is about; null for now and later.</summary>
    internal DateTimeOffset? IssuedUntil { get; init; }

    internal required DateTimeOffset Start { get; init; }

    internal required DateTimeOffset End { get; init; }

    /// <summary>A page that says what happened.</summary>
    internal string? Url { get; init; }
}
