namespace Berth.Authority.Storage;

/// <summary>RFC 8555 §7.1.6.</summary>
internal enum ChallengeStatus
{
    Pending,
    Processing,
    Valid,
    Invalid,
}
