namespace Berth.Authority.Storage;

/// <summary>RFC 8555 §7.1.6. <c>revoked</c> is the authority's own act, which nothing here takes yet.</summary>
internal enum AccountStatus
{
    Valid,
    Deactivated,
    Revoked,
}
