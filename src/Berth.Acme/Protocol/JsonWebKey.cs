using System.Security.Cryptography;
using System.Text;

namespace Berth.Acme.Protocol;

/// <summary>A public key (RFC 7517, RFC 7518 §6): EC on P-256 or P-384, or RSA. Private members are not read.</summary>
public sealed record JsonWebKey
{
    /// <summary>The <c>kty</c> of elliptic curve keys.</summary>
    public const string EllipticCurve = "EC";

    /// <summary>The <c>kty</c> of RSA keys.</summary>
    public const string Rsa = "RSA";

    /// <summary><see cref="EllipticCurve"/> or <see cref="Rsa"/>.</summary>
    public required string Kty { get; init; }

    /// <summary>P-256 or P-384.</summary>
    public string? Crv { get; init; }

    /// <summary>base64url of a coordinate, in full length.</summary>
    public string? X { get; init; }

    /// <summary>base64url of a coordinate, in full length.</summary>
    public string? Y { get; init; }

    /// <summary>base64url of the modulus.</summary>
    public string? N { get; init; }

    /// <summary>base64url of the exponent.</summary>
    public string? E { get; init; }

    /// <summary>Computes the key's name (RFC 7638 §3).</summary>
    /// <returns>43 characters of base64url.</returns>
    /// <exception cref="InvalidOperationException">A member is missing or not strict base64url.</exception>
    public string Thumbprint()
    {
        var canonical = Kty switch
        {
            EllipticCurve => $$"""{"crv":"{{Strict(Crv)}}","kty":"EC","x":"{{Strict(X)}}","y":"{{Strict(Y)}}"}""",
            Rsa => $$"""{"e":"{{Strict(E)}}","kty":"RSA","n":"{{Strict(N)}}"}""",
            _ => throw new InvalidOperationException("A thumbprint needs an EC or RSA key."),
        };
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(canonical), hash);
        return StrictBase64Url.Encode(hash);
    }

    // A quote in a member would let one key take another's thumbprint.
    private static string Strict(string? member) =>
        StrictBase64Url.IsAlphabet(member) ? member : throw new InvalidOperationException("The key is not well formed.");
}
