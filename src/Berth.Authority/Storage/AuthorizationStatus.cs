namespace Berth.Authority.Storage;

/// <summary>RFC 8555 §7.1.6. <c>expired</c> is never stored: it follows from the clock.</summary>
internal enum AuthorizationStatus
{
    Pending,
    Valid,
    Invalid,
    Deactivated,
    Expired,
    Revoked,
}
