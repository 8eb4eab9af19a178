using System.Collections.Immutable;

namespace Berth.Authority.Storage;

internal sealed record AuthorizationRecord
{
    internal required string Id { get; init; }

    internal required string AccountId { get; init; }

    /// <summary>The DNS name with its wildcard label where it has one, or the address.</summary>
    internal required string Name { get; init; }

    internal required AuthorizationStatus Status { get; init; }

    internal required DateTimeOffset Expires { get; init; }

    internal required ImmutableArray<ChallengeRecord> Challenges { get; init; }

    /// <summary>The state a client sees: time ends a pending one as invalid and a valid one as expired (§7.1.6).</summary>
    internal AuthorizationStatus StatusAt(DateTimeOffset now) => (Status, Expires <= now) switch
    {
        (AuthorizationStatus.Pending, true) => AuthorizationStatus.Invalid,
        (AuthorizationStatus.Valid, true) => AuthorizationStatus.Expired,
        _ => Status,
    };
}
