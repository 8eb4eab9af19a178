namespace Berth.Acme;

/// <summary>Why a certificate is revoked (RFC 5280 §5.3.1), as far as a subscriber may say so.</summary>
public enum RevocationReason
{
    Unspecified = 0,
    KeyCompromise = 1,
    AffiliationChanged = 3,
    Superseded = 4,
    CessationOfOperation = 5,
    PrivilegeWithdrawn = 9,
}
