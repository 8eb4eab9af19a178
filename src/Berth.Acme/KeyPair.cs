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
        KeyType.Rsa3072 => RSA.Create(3072),
        KeyType.Rsa4096 => RSA.Create(4096),
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <exception cref="CryptographicException">No key of a kind we use.</exception>
    internal static AsymmetricAlgorithm FromPem(string pem) =>
        TryFromPem(pem) ?? throw new CryptographicException("No unencrypted private key on P-256 or P-384, or RSA of 2048 to 4096 bits.");

    /// <returns>Null for anything but a key of a kind we use.</returns>
    internal static AsymmetricAlgorithm? TryFromPem(string pem) =>
        TryRead(ECDsa.Create(), pem, IsUsable) ?? TryRead(RSA.Create(), pem, IsUsable);

    /// <summary>The kind of a key that was given; RSA of an uncommon size counts as the next smaller kind.</summary>
    internal static KeyType TypeOf(AsymmetricAlgorithm key) => key switch
    {
        ECDsa { KeySize: 256 } => KeyType.P256,
        ECDsa => KeyType.P384,
        { KeySize: >= 4096 } => KeyType.Rsa4096,
        { KeySize: >= 3072 } => KeyType.Rsa3072,
        _ => KeyType.Rsa2048,
    };

    /// <summary>True when both hold the same pair.</summary>
    internal static bool IsSame(AsymmetricAlgorithm one, AsymmetricAlgorithm other) =>
        one.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(other.ExportSubjectPublicKeyInfo());

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
