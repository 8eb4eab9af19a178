using System.Security.Cryptography;

namespace Berth.Acme.Issuing;

/// <summary>A public key that certificates are signed with, for several threads. Trust is not decided here: clients do that.</summary>
/// <param name="publicKey">SubjectPublicKeyInfo.</param>
internal sealed class SignerKey(ReadOnlyMemory<byte> publicKey)
{
    private readonly Lock _lock = new();
    private RSA? _rsa;
    private ECDsa? _ec;

    /// <returns>False when the signature is not this key's; true also for algorithms not known here.</returns>
    internal bool HasSigned(ChainCertificate certificate)
    {
        try
        {
            return certificate.Algorithm switch
            {
                "1.2.840.113549.1.1.11" => VerifyRsa(HashAlgorithmName.SHA256, certificate),
                "1.2.840.113549.1.1.12" => VerifyRsa(HashAlgorithmName.SHA384, certificate),
                "1.2.840.113549.1.1.13" => VerifyRsa(HashAlgorithmName.SHA512, certificate),
                "1.2.840.10045.4.3.2" => VerifyEc(HashAlgorithmName.SHA256, certificate),
                "1.2.840.10045.4.3.3" => VerifyEc(HashAlgorithmName.SHA384, certificate),
                "1.2.840.10045.4.3.4" => VerifyEc(HashAlgorithmName.SHA512, certificate),
                _ => true,
            };
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private bool VerifyRsa(HashAlgorithmName hash, ChainCertificate certificate)
    {
        lock (_lock)
        {
            return (_rsa ??= Import(RSA.Create(), publicKey)).VerifyData(certificate.Signed.Span, certificate.Signature, hash, RSASignaturePadding.Pkcs1);
        }
    }

    private bool VerifyEc(HashAlgorithmName hash, ChainCertificate certificate)
    {
        lock (_lock)
        {
            return (_ec ??= Import(ECDsa.Create(), publicKey)).VerifyData(certificate.Signed.Span, certificate.Signature, hash, DSASignatureFormat.Rfc3279DerSequence);
        }
    }

    private static T Import<T>(T key, ReadOnlyMemory<byte> publicKey) where T : AsymmetricAlgorithm
    {
        key.ImportSubjectPublicKeyInfo(publicKey.Span, out _);
        return key;
    }
}
