using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Berth.Acme.Protocol;

/// <summary>Turns a stranger's JWK into a key, or says why not.</summary>
internal static class PublicKeyImport
{
    private const int ShortestModulus = 2048 / 8;
    private const int LongestModulus = 4096 / 8;
    private const int LongestExponent = 4; // verification cost grows with it

    internal static bool TryImport(
        JsonWebKey jwk,
        [NotNullWhen(true)] out AsymmetricAlgorithm? key,
        [NotNullWhen(true)] out string? algorithm,
        [NotNullWhen(false)] out string? reason)
    {
        (key, algorithm, reason) = (null, null, null);
        try
        {
            (key, algorithm, reason) = (jwk.Kty, jwk.Crv) switch
            {
                (JsonWebKey.EllipticCurve, "P-256") => Curve(jwk, ECCurve.NamedCurves.nistP256, 32, JwsAlgorithm.Es256),
                (JsonWebKey.EllipticCurve, "P-384") => Curve(jwk, ECCurve.NamedCurves.nistP384, 48, JwsAlgorithm.Es384),
                (JsonWebKey.EllipticCurve, _) => Refused("only the curves P-256 and P-384 are supported"),
                (JsonWebKey.Rsa, _) => Modulus(jwk),
                _ => Refused("only EC and RSA keys are supported"),
            };
        }
        catch (CryptographicException)
        {
            reason = "it is not a valid public key";
        }

        return key is not null && algorithm is not null && reason is null;
    }

    private static (AsymmetricAlgorithm?, string?, string?) Curve(JsonWebKey jwk, ECCurve curve, int size, string algorithm)
    {
        if (!StrictBase64Url.TryDecode(jwk.X, out var x) || x.Length != size
            || !StrictBase64Url.TryDecode(jwk.Y, out var y) || y.Length != size)
        {
            return Refused($"x and y must be {size} bytes of base64url each");
        }

        var point = new ECPoint { X = x, Y = y };
        return (ECDsa.Create(new ECParameters { Curve = curve, Q = point }), algorithm, null);
    }

    private static (AsymmetricAlgorithm?, string?, string?) Modulus(JsonWebKey jwk)
    {
        if (!StrictBase64Url.TryDecode(jwk.N, out var n) || !StrictBase64Url.TryDecode(jwk.E, out var e)
            || n is not [not 0, ..] || e is not [not 0, ..])
        {
            return Refused("n and e must be base64url without leading zero bytes");
        }

        if (n.Length is < ShortestModulus or > LongestModulus || n[0] < 0x80 || n[^1] % 2 == 0)
        {
            return Refused("RSA keys must have 2048 to 4096 bits");
        }

        if (e.Length > LongestExponent || e[^1] % 2 == 0 || e is [1])
        {
            return Refused("the RSA exponent must be odd, above 1 and below 2^32");
        }

        return (RSA.Create(new RSAParameters { Modulus = n, Exponent = e }), JwsAlgorithm.Rs256, null);
    }

    private static (AsymmetricAlgorithm?, string?, string?) Refused(string reason) => (null, null, reason);
}
