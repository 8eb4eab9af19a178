namespace Berth.Acme.Protocol;

/// <summary>The registered challenge types in use (RFC 8555 §9.7.8, RFC 8737).</summary>
public static class ChallengeType
{
    public const string Http01 = "http-01";
    public const string Dns01 = "dns-01";
    public const string TlsAlpn01 = "tls-alpn-01";
}
