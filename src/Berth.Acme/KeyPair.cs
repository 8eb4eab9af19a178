using System.Security.Cryptography;

namespace Berth.Acme;

/// <summary>Makes and reads private keys.</summary>
internal static class KeyPair
{
    private const string P256Oid = "1.2.840.10045.3.1.7";
    private const string P384Oid = "1.3.132.0.34";

    internal static AsymmetricAlgorithm Generate(KeyType type) => type switch
    {
        KeyType.P256 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        KeyType.P384 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        KeyType.Rsa2048 => RSA.Create(2048),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <exception cref="CryptographicException">No key of a kind we use.</exception>
    internal static AsymmetricAlgorithm FromPem(string pem) =>
        TryRead(ECDsa.Create(), pem, IsUsable) ?? TryRead(RSA.Create(), pem, IsUsable)
        ?? throw new CryptographicException("No unencrypted private key on P-256 or P-384, or RSA of 2048 to 4096 bits.");

    private static AsymmetricAlgorithm? TryRead<T>(T key, string pem, Predicate<T> isUsable) where T : AsymmetricAlgorithm
    {
        try
        {
            key.ImportFromPem(pem);
            if (isUsable(key))
            {
                return key;
            }
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            // Another kind of key, or none at all.
        }

        key.Dispose();
        return null;
    }

    private static bool IsUsable(ECDsa key) =>
        key.ExportParameters(includePrivateParameters: true) is { D: not null, Curve.Oid.Value: P256Oid or P384Oid };

    private static bool IsUsable(RSA key) =>
        key.KeySize is >= 2048 and <= 4096 && key.ExportParameters(includePrivateParameters: true).D is not null;
}
