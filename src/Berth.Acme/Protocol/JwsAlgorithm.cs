namespace Berth.Acme.Protocol;

/// <summary>The signature and MAC algorithms used here (RFC 7518 §3.1).</summary>
public static class JwsAlgorithm
{
    public const string Es256 = "ES256";
    public const string Es384 = "ES384";
    public const string Rs256 = "RS256";

    /// <summary>For external account bindings only.</summary>
    public const string Hs256 = "HS256";

    /// <summary>What a request may be signed with, for badSignatureAlgorithm.</summary>
    public static IReadOnlyList<string> Signatures { get; } = [Es256, Es384, Rs256];
}
