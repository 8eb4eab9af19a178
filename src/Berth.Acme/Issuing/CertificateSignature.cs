using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Acme.Issuing;

/// <summary>Checks one link of a chain. Trust is not decided here: clients do that.</summary>
internal static class CertificateSignature
{
    /// <returns>
    /// False when the names do not meet or the signature is not the issuer's; true also for algorithms not known here.
    /// </returns>
    internal static bool IsBy(X509Certificate2 issuer, X509Certificate2 certificate)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData))
        {
            return false;
        }

        try
        {
            var whole = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
            var signed = whole.ReadEncodedValue().Span;
            var algorithm = whole.ReadSequence().ReadObjectIdentifier();
            return Verify(issuer, algorithm, signed, whole.ReadBitString(out _));
        }
        catch (Exception e) when (e is AsnContentException or CryptographicException)
        {
            return false;
        }
    }

    private static bool Verify(X509Certificate2 issuer, string algorithm, ReadOnlySpan<byte> signed, byte[] signature) =>
        algorithm switch
        {
            "1.2.840.113549.1.1.11" => VerifyRsa(issuer, HashAlgorithmName.SHA256, signed, signature),
            "1.2.840.113549.1.1.12" => VerifyRsa(issuer, HashAlgorithmName.SHA384, signed, signature),
            "1.2.840.113549.1.1.13" => VerifyRsa(issuer, HashAlgorithmName.SHA512, signed, signature),
            "1.2.840.10045.4.3.2" => VerifyEc(issuer, HashAlgorithmName.SHA256, signed, signature),
            "1.2.840.10045.4.3.3" => VerifyEc(issuer, HashAlgorithmName.SHA384, signed, signature),
            "1.2.840.10045.4.3.4" => VerifyEc(issuer, HashAlgorithmName.SHA512, signed, signature),
            _ => true,
        };

    private static bool VerifyRsa(X509Certificate2 issuer, HashAlgorithmName hash, ReadOnlySpan<byte> signed, byte[] signature)
    {
        using var key = issuer.GetRSAPublicKey();
        return key?.VerifyData(signed, signature, hash, RSASignaturePadding.Pkcs1) == true;
    }

    private static bool VerifyEc(X509Certificate2 issuer, HashAlgorithmName hash, ReadOnlySpan<byte> signed, byte[] signature)
    {
        using var key = issuer.GetECDsaPublicKey();
        return key?.VerifyData(signed, signature, hash, DSASignatureFormat.Rfc3279DerSequence) == true;
    }
}
