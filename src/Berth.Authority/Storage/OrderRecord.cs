using System.Collections.Immutable;

namespace Berth.Authority.Storage;

internal sealed record OrderRecord
{
    internal required string Id { get; init; }

    internal required string AccountId { get; init; }

    internal required OrderStatus Status { get; init; }

    internal required DateTimeOffset Created { get; init; }

    internal required DateTimeOffset Expires { get; init; }

    /// <summary>DNS names in lower case, wildcards and addresses among them (RFC 5952), sorted, without duplicates.</summary>
    internal required ImmutableArray<string> Names { get; init; }

    internal required ImmutableArray<string> AuthorizationIds { get; init; }

    internal DateTimeOffset? NotBefore { get; init; }

    internal DateTimeOffset? NotAfter { get; init; }

    /// <summary>The accepted signing request, DER; kept from <see cref="OrderStatus.Processing"/> on.</summary>
    internal byte[]? Csr { get; init; }

    internal string? CertificateId { get; init; }

    /// <summary>A problem document as JSON.</summary>
    internal string? Error { get; init; }

    /// <summary>The name of the profile asked for (draft-ietf-acme-profiles).</summary>
    internal string? Profile { get; init; }

    /// <summary>The identifier of the certificate it renews (RFC 9773 §5).</summary>
    internal string? Replaces { get; init; }

    /// <summary>The state a client sees: an order whose time is over before it was finalized is invalid (§7.1.6).</summary>
    internal OrderStatus StatusAt(DateTimeOffset now) =>
        Status is OrderStatus.Pending or OrderStatus.Ready && Expires <= now ? OrderStatus.Invalid : Status;
}
