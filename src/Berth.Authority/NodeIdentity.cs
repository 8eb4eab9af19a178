using Berth.Authority.Storage;

namespace Berth.Authority;

/// <summary>This run of the program among others on the same database.</summary>
internal sealed class NodeIdentity(TimeProvider time, TimeSpan? leaseTime = null)
{
    /// <summary>How long work is left to a node that may be gone; one that lives renews its leases meanwhile.</summary>
    internal static readonly TimeSpan LeaseTime = TimeSpan.FromMinutes(2);

    private static readonly TimeSpan ShortLeaseTime = TimeSpan.FromSeconds(5);

    private readonly TimeSpan _leaseTime = leaseTime ?? LeaseTime;

    internal const int ClaimedAtOnce = 500;

    internal string Id { get; } = Identity.Next(time);

    // Whole milliseconds, as the store keeps them.
    internal Lease NewLease() =>
        new(Id, DateTimeOffset.FromUnixTimeMilliseconds((time.GetUtcNow() + _leaseTime).ToUnixTimeMilliseconds()));

    /// <summary>A lease on what is done in a moment: if this node dies in it, another waits no longer than that.</summary>
    internal Lease NewShortLease() => new(Id, DateTimeOffset.FromUnixTimeMilliseconds((time.GetUtcNow() + ShortLeaseTime).ToUnixTimeMilliseconds()));

    /// <summary>How often to look for leases to renew: the store may fail once or twice, and they still hold.</summary>
    internal TimeSpan BetweenRenewals => _leaseTime / 8;

    /// <summary>True when half of a lease is over: it is time for a new one.</summary>
    internal bool IsOld(Lease lease) => time.GetUtcNow() > lease.Until - (_leaseTime / 2);

    internal static DateTimeOffset Earlier(DateTimeOffset a, DateTimeOffset b) => a < b ? a : b;
}
