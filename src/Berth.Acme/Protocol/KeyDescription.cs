using System.Security.Cryptography;

namespace Berth.Acme.Protocol;

/// <summary>The JWS view of a key: its algorithm and its public half.</summary>
internal static class KeyDescription
{
    internal static (string Algorithm, JsonWebKey Jwk) Of(AsymmetricAlgorithm key) => key switch
    {
        ECDsa ec => (ec.KeySize == 256 ? JwsAlgorithm.Es256 : JwsAlgorithm.Es384, Of(ec)),
        RSA rsa => (JwsAlgorithm.Rs256, Of(rsa)),
        _ => throw new CryptographicException("An unknown kind of key."),
    };

    internal static HashAlgorithmName HashOf(string algorithm) =>
        algorithm == JwsAlgorithm.Es384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    private static JsonWebKey Of(ECDsa key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonWebKey
        {
            Kty = JsonWebKey.EllipticCurve,
            Crv = key.KeySize == 256 ? "P-256" : "P-384",
            X = StrictBase64Url.Encode(parameters.Q.X),
            Y = StrictBase64Url.Encode(parameters.Q.Y),
        };
    }

    private static JsonWebKey Of(RSA key)
    {
        var parameters = key.ExportParameters(includePrivateParameters: false);
        return new JsonWebKey
        {
            Kty = JsonWebKey.Rsa,
            N = StrictBase64Url.Encode(parameters.Modulus),
            E = StrictBase64Url.Encode(parameters.Exponent),
        };
    }
}
