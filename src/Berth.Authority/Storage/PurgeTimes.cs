namespace Berth.Authority.Storage;

/// <summary>What ended before these is forgotten.</summary>
/// <param name="Now">Buckets that are full count nothing.</param>
/// <param name="Nonces">Used nonces that no node would take any more, whether they were used or not.</param>
/// <param name="Ended">Orders and authorizations.</param>
/// <param name="Expired">Certificates, and which names had one before.</param>
internal sealed record PurgeTimes(DateTimeOffset Now, DateTimeOffset Nonces, DateTimeOffset Ended, DateTimeOffset Expired);
