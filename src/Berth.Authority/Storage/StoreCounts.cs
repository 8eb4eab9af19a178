namespace Berth.Authority.Storage;

/// <summary>How much there is.</summary>
internal sealed record StoreCounts(long Accounts, long Orders, long Working, long Certificates, long Valid, long ExpiringInAWeek, long Revoked);
