namespace Berth.Acme.Protocol;

/// <summary>Error types (RFC 8555 §6.7, RFC 9773 §7.4, draft-ietf-acme-profiles).</summary>
public static class AcmeError
{
    /// <summary>What all of them begin with.</summary>
    public const string Prefix = "urn:ietf:params:acme:error:";

    /// <summary>No account has this key.</summary>
    public const string AccountDoesNotExist = Prefix + "accountDoesNotExist";

    /// <summary>Another order replaces the certificate already (RFC 9773 §7.4).</summary>
    public const string AlreadyReplaced = Prefix + "alreadyReplaced";

    /// <summary>The certificate is revoked.</summary>
    public const string AlreadyRevoked = Prefix + "alreadyRevoked";

    /// <summary>The signing request is not acceptable.</summary>
    public const string BadCsr = Prefix + "badCSR";

    /// <summary>The nonce is not, or no longer, good; a fresh one came with the error.</summary>
    public const string BadNonce = Prefix + "badNonce";

    /// <summary>The key is not acceptable.</summary>
    public const string BadPublicKey = Prefix + "badPublicKey";

    /// <summary>The reason may not be given.</summary>
    public const string BadRevocationReason = Prefix + "badRevocationReason";

    /// <summary>The request is signed by an algorithm the server does not take.</summary>
    public const string BadSignatureAlgorithm = Prefix + "badSignatureAlgorithm";

    /// <summary>A CAA record forbids issuance.</summary>
    public const string Caa = Prefix + "caa";

    /// <summary>Several errors; see the subproblems.</summary>
    public const string Compound = Prefix + "compound";

    /// <summary>The name could not be reached.</summary>
    public const string Connection = Prefix + "connection";

    /// <summary>A DNS query failed.</summary>
    public const string Dns = Prefix + "dns";

    /// <summary>The account must be bound to a customer.</summary>
    public const string ExternalAccountRequired = Prefix + "externalAccountRequired";

    /// <summary>The answer to a challenge was another.</summary>
    public const string IncorrectResponse = Prefix + "incorrectResponse";

    /// <summary>A contact URL is not good.</summary>
    public const string InvalidContact = Prefix + "invalidContact";

    /// <summary>The profile is not offered (draft-ietf-acme-profiles).</summary>
    public const string InvalidProfile = Prefix + "invalidProfile";

    /// <summary>The request was not understood.</summary>
    public const string Malformed = Prefix + "malformed";

    /// <summary>The order cannot be finalized yet.</summary>
    public const string OrderNotReady = Prefix + "orderNotReady";

    /// <summary>A limit is used up.</summary>
    public const string RateLimited = Prefix + "rateLimited";

    /// <summary>The server issues nothing for the name.</summary>
    public const string RejectedIdentifier = Prefix + "rejectedIdentifier";

    /// <summary>A fault of the server's own.</summary>
    public const string ServerInternal = Prefix + "serverInternal";

    /// <summary>The TLS connection to a name failed.</summary>
    public const string Tls = Prefix + "tls";

    /// <summary>The account may not do that; in a challenge, the answer was another.</summary>
    public const string Unauthorized = Prefix + "unauthorized";

    /// <summary>The server takes no contact URLs of this scheme.</summary>
    public const string UnsupportedContact = Prefix + "unsupportedContact";

    /// <summary>The server takes no identifiers of this type.</summary>
    public const string UnsupportedIdentifier = Prefix + "unsupportedIdentifier";

    /// <summary>A person must visit the problem's <c>instance</c> first.</summary>
    public const string UserActionRequired = Prefix + "userActionRequired";
}
