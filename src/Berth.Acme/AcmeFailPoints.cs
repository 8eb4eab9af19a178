namespace Berth.Acme;

/// <summary>
/// The names a client reports on its way, each right after the step took effect and before the next begins.
/// A test that ends the process at any of them must see the next run finish with the same order.
/// </summary>
public static class AcmeFailPoints
{
    /// <summary>The store has the new account's key; the CA knows nothing of it.</summary>
    public const string AccountKeySaved = "account-key-saved";

    /// <summary>The CA has the account; the store does not know its URL yet.</summary>
    public const string AccountRegistered = "account-registered";

    /// <summary>The store has the account's URL.</summary>
    public const string AccountSaved = "account-saved";

    /// <summary>Of a key change alone: both keys are in the store.</summary>
    public const string AccountNextKeySaved = "account-next-key-saved";

    /// <summary>Of a key change alone: the new key counts, and the store does not know it yet.</summary>
    public const string AccountKeyChanged = "account-key-changed";

    /// <summary>The certificate's key is in the journal; no order yet.</summary>
    public const string KeySaved = "key-saved";

    /// <summary>The CA made an order that the journal does not know yet: the one moment in which an order can be lost.</summary>
    public const string OrderCreated = "order-created";

    /// <summary>The journal has the order's URL.</summary>
    public const string OrderSaved = "order-saved";

    /// <summary>A solver shows the answer; the CA was not asked to look yet. Once for each name.</summary>
    public const string ChallengePresented = "challenge-presented";

    /// <summary>The CA was asked to look. Once for each name.</summary>
    public const string ChallengeAccepted = "challenge-accepted";

    /// <summary>All names are authorized and the order is ready.</summary>
    public const string Authorized = "authorized";

    /// <summary>The journal knows that the signing request is about to be sent.</summary>
    public const string FinalizeSaved = "finalize-saved";

    /// <summary>The CA has the signing request.</summary>
    public const string FinalizeSent = "finalize-sent";

    /// <summary>The order is valid; the journal has the certificate's URL not yet.</summary>
    public const string Finalized = "finalized";

    /// <summary>The chain is here and checked; the journal has it not yet.</summary>
    public const string CertificateDownloaded = "certificate-downloaded";

    /// <summary>The chain is in the journal: from here on the CA is not needed any more.</summary>
    public const string CertificateSaved = "certificate-saved";

    /// <summary>The caller has stored the certificate.</summary>
    public const string CertificateStored = "certificate-stored";

    /// <summary>The journal is empty again.</summary>
    public const string OrderCleared = "order-cleared";

    /// <summary>All of an issuance, in the order they are reached.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AccountKeySaved, AccountRegistered, AccountSaved, KeySaved, OrderCreated, OrderSaved, ChallengePresented,
        ChallengeAccepted, Authorized, FinalizeSaved, FinalizeSent, Finalized, CertificateDownloaded, CertificateSaved,
        CertificateStored, OrderCleared,
    ];
}
