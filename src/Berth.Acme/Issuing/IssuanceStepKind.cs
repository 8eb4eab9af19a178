namespace Berth.Acme.Issuing;

/// <summary>What an issuance tells on its way.</summary>
public enum IssuanceStepKind
{
    /// <summary>A new order exists; Detail is its URL.</summary>
    OrderCreated,

    /// <summary>An order from before is gone on with; Detail is its URL.</summary>
    OrderResumed,

    /// <summary>An order from before is of no use; Detail says why. A new one follows.</summary>
    OrderDropped,

    /// <summary>The CA still trusts an earlier proof of Name.</summary>
    AlreadyAuthorized,

    /// <summary>The answer for Name is visible; Detail is the challenge type.</summary>
    ChallengePresented,

    /// <summary>The CA was asked to look at Name.</summary>
    Validating,

    /// <summary>The CA accepted the proof of Name.</summary>
    Authorized,

    /// <summary>The CA has looked, and did not find Name proved; Detail is what it said. It counts that.</summary>
    ValidationFailed,

    /// <summary>The signing request goes out.</summary>
    Finalizing,

    /// <summary>The certificate is here and checked; Detail is its issuer.</summary>
    Downloaded,

    /// <summary>The order goes without the profile Detail, which the server does not have.</summary>
    ProfileLeftOut,

    /// <summary>The server would not have the order replace the old certificate; Detail is what it said. It is ordered anew.</summary>
    ReplacesLeftOut,

    /// <summary>Name is dropped so that the others get their certificate; Detail says why.</summary>
    NameLeftOut,

    /// <summary>No chain ends in the preferred issuer; the default one is used. Detail is the issuer wanted.</summary>
    PreferredChainMissing,

    /// <summary>This machine's clock differs from the CA's by Detail.</summary>
    ClockSkew,

    /// <summary>The caller stored the certificate.</summary>
    Stored,

    /// <summary>A new order goes out. What becomes of it is not known if no answer follows.</summary>
    Ordering,

    /// <summary>Name could not be proved, and the CA has not looked; Detail says why.</summary>
    NotProved,

    /// <summary>The server has issued the certificate; it is downloaded next.</summary>
    Issued,

    /// <summary>What proves Name is being made visible in DNS; Detail says what that waits for.</summary>
    Presenting,

    /// <summary>What proved Name could not be taken away; Detail says why. It does no harm.</summary>
    ProofLeft,

    /// <summary>Name could not be proved, and what was to prove it is being taken away; Detail says what that waits for.</summary>
    Withdrawing,
}
