using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;

namespace Berth.Authority.Validation;

/// <summary>Decides whether a certificate answers a TLS-ALPN-01 challenge (RFC 8737 §3).</summary>
internal static class TlsAlpnCertificate
{
    private const string AcmeIdentifier = "1.3.6.1.5.5.7.1.31";
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag IpAddress = new(TagClass.ContextSpecific, 7);

    /// <param name="der">As the server showed it.</param>
    /// <param name="target">What it must prove.</param>
    /// <returns>Null when it is the proof; otherwise why not, as the end of a sentence.</returns>
    internal static string? WhyNot(byte[] der, ValidationTarget target)
    {
        try
        {
            using var certificate = X509CertificateLoader.LoadCertificate(der);
            return WhyNotSelfSigned(certificate)
                ?? WhyNotNamed(Single(certificate, AlternativeNames), target)
                ?? WhyNotProof(Single(certificate, AcmeIdentifier), target);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException or NotSupportedException)
        {
            return "it cannot be read";
        }
    }

    private static X509Extension? Single(X509Certificate2 certificate, string oid)
    {
        var found = certificate.Extensions.Where(extension => extension.Oid?.Value == oid).Take(2).ToList();
        return found.Count == 1 ? found[0] : null;
    }

    private static string? WhyNotNamed(X509Extension? names, ValidationTarget target)
    {
        if (names is null)
        {
            return "it has no subjectAltName, or more than one";
        }

        var list = new AsnReader(names.RawData, AsnEncodingRules.DER).ReadSequence();
        var isNamed = target.Address is { } address
            ? list.PeekTag() == IpAddress && new IPAddress(list.ReadOctetString(IpAddress)).Equals(address)
            : list.PeekTag() == DnsName && string.Equals(
                list.ReadCharacterString(UniversalTagNumber.IA5String, DnsName), target.Name, StringComparison.OrdinalIgnoreCase);
        return isNamed && !list.HasData ? null : $"its subjectAltName is not {target.Name} alone";
    }

    private static string? WhyNotProof(X509Extension? proof, ValidationTarget target)
    {
        if (proof is not { Critical: true })
        {
            return "it has no acmeIdentifier extension, or it is not critical";
        }

        var reader = new AsnReader(proof.RawData, AsnEncodingRules.DER);
        var digest = reader.ReadOctetString();
        reader.ThrowIfNotEmpty();
        return CryptographicOperations.FixedTimeEquals(digest, KeyAuthorization.Digest(target.KeyAuthorization))
            ? null
            : "its acmeIdentifier is not the digest of this challenge's key authorization";
    }

    // "The client prepares for validation by constructing a self-signed certificate."
    private static string? WhyNotSelfSigned(X509Certificate2 certificate)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(certificate.SubjectName.RawData))
        {
            return "it is not self-signed";
        }

        var whole = new AsnReader(certificate.RawDataMemory, AsnEncodingRules.DER).ReadSequence();
        var signed = whole.ReadEncodedValue().Span;
        var algorithm = whole.ReadSequence().ReadObjectIdentifier();
        return Verify(certificate, algorithm, signed, whole.ReadBitString(out _)) ? null : "its signature is not by its own key";
    }

    private static bool Verify(X509Certificate2 certificate, string algorithm, ReadOnlySpan<byte> signed, byte[] signature)
    {
        using var ec = certificate.GetECDsaPublicKey();
        using var rsa = certificate.GetRSAPublicKey();
        HashAlgorithmName? hash = algorithm switch
        {
            "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
            "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
            "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
            _ => null,
        };
        return hash is { } known
            && (ec?.VerifyData(signed, signature, known, DSASignatureFormat.Rfc3279DerSequence)
                ?? rsa?.VerifyData(signed, signature, known, RSASignaturePadding.Pkcs1) ?? false);
    }
}
