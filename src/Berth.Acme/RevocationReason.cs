namespace Berth.Acme;

/// <summary>Why a certificate is revoked (RFC 5280 §5.3.1), as far as a subscriber may say so.</summary>
public enum RevocationReason
{
    /// <summary>None is given.</summary>
    Unspecified = 0,

    /// <summary>The private key is known to others.</summary>
    KeyCompromise = 1,

    /// <summary>What the certificate says about its subject is no longer so.</summary>
    AffiliationChanged = 3,

    /// <summary>Another certificate took its place.</summary>
    Superseded = 4,

    /// <summary>The names are not used any more.</summary>
    CessationOfOperation = 5,

    /// <summary>For the CA to say; few take it from a subscriber.</summary>
    PrivilegeWithdrawn = 9,
}
