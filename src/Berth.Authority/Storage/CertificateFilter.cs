namespace Berth.Authority.Storage;

/// <summary>Which certificates; what is not set lets all through.</summary>
internal sealed record CertificateFilter
{
    internal DateTimeOffset EndsAfter { get; init; } = DateTimeOffset.UnixEpoch;

    internal DateTimeOffset EndsBefore { get; init; } = DateTimeOffset.MaxValue;

    /// <summary>Part of a name.</summary>
    internal string Name { get; init; } = "";

    internal string AccountId { get; init; } = "";

    internal string IssuerId { get; init; } = "";

    /// <summary>Null for both.</summary>
    internal bool? Revoked { get; init; }
}
