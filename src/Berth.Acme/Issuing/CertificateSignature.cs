using System.Security.Cryptography;

namespace Berth.Acme.Issuing;

/// <summary>Checks one link of a chain. Trust is not decided here: clients do that.</summary>
internal static class CertificateSignature
{
    /// <returns>
    /// False when the names do not meet or the signature is not the issuer's; true also for algorithms not known here.
    /// </returns>
    internal static bool IsBy(ChainCertificate issuer, ChainCertificate certificate)
    {
        try
        {
            return certificate.Fields.Issuer.RawData.AsSpan().SequenceEqual(issuer.Fields.Subject.RawData) && Verify(issuer.Fields.PublicKey.Span, certificate);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    private static bool Verify(ReadOnlySpan<byte> issuerKey, ChainCertificate certificate) => certificate.Algorithm switch
    {
        "1.2.840.113549.1.1.11" => VerifyRsa(issuerKey, HashAlgorithmName.SHA256, certificate),
        "1.2.840.113549.1.1.12" => VerifyRsa(issuerKey, HashAlgorithmName.SHA384, certificate),
        "1.2.840.113549.1.1.13" => VerifyRsa(issuerKey, HashAlgorithmName.SHA512, certificate),
        "1.2.840.10045.4.3.2" => VerifyEc(issuerKey, HashAlgorithmName.SHA256, certificate),
        "1.2.840.10045.4.3.3" => VerifyEc(issuerKey, HashAlgorithmName.SHA384, certificate),
        "1.2.840.10045.4.3.4" => VerifyEc(issuerKey, HashAlgorithmName.SHA512, certificate),
        _ => true,
    };

    private static bool VerifyRsa(ReadOnlySpan<byte> issuerKey, HashAlgorithmName hash, ChainCertificate certificate)
    {
        using var key = RSA.Create();
        key.ImportSubjectPublicKeyInfo(issuerKey, out _);
        return key.VerifyData(certificate.Signed.Span, certificate.Signature, hash, RSASignaturePadding.Pkcs1);
    }

    private static bool VerifyEc(ReadOnlySpan<byte> issuerKey, HashAlgorithmName hash, ChainCertificate certificate)
    {
        using var key = ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(issuerKey, out _);
        return key.VerifyData(certificate.Signed.Span, certificate.Signature, hash, DSASignatureFormat.Rfc3279DerSequence);
    }
}
