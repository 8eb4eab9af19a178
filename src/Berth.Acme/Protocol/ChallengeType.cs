namespace Berth.Acme.Protocol;

/// <summary>The challenge types known here (RFC 8555 §9.7.8, RFC 8737, and two working group drafts).</summary>
public static class ChallengeType
{
    /// <summary>A file on port 80 (RFC 8555 §8.3).</summary>
    public const string Http01 = "http-01";

    /// <summary>A TXT record (RFC 8555 §8.4).</summary>
    public const string Dns01 = "dns-01";

    /// <summary>A certificate on port 443 (RFC 8737).</summary>
    public const string TlsAlpn01 = "tls-alpn-01";

    /// <summary>draft-ietf-acme-dns-account-label-03: as DNS-01, at a name of the account's own.</summary>
    public const string DnsAccount01 = "dns-account-01";

    /// <summary>draft-ietf-acme-dns-persist-02: one TXT record that stays and serves every order.</summary>
    public const string DnsPersist01 = "dns-persist-01";

    /// <summary>True when an answer of this type is a TXT record.</summary>
    public static bool IsDns(string type) => type is Dns01 or DnsAccount01 or DnsPersist01;

    /// <summary>
    /// What an identifier can be proved by: a wildcard by DNS only (RFC 8555 §7.1.3), an address never by DNS (RFC 8738 §7).
    /// A type not known here is left to its solver.
    /// </summary>
    public static bool CanProve(string type, Identifier identifier, bool isWildcard) => type switch
    {
        Http01 or TlsAlpn01 => !isWildcard,
        Dns01 or DnsAccount01 or DnsPersist01 => identifier.Type == Identifier.DnsType,
        _ => true,
    };
}
