namespace Berth.Acme.Protocol;

/// <summary>The signature and MAC algorithms used here (RFC 7518 §3.1).</summary>
public static class JwsAlgorithm
{
    /// <summary>ECDSA on P-256 with SHA-256.</summary>
    public const string Es256 = "ES256";

    /// <summary>ECDSA on P-384 with SHA-384.</summary>
    public const string Es384 = "ES384";

    /// <summary>RSA with SHA-256, PKCS #1 v1.5.</summary>
    public const string Rs256 = "RS256";

    /// <summary>For external account bindings only.</summary>
    public const string Hs256 = "HS256";

    /// <summary>What a request may be signed with, for badSignatureAlgorithm.</summary>
    public static IReadOnlyList<string> Signatures { get; } = [Es256, Es384, Rs256];
}
