using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Authority.Policy;

/// <summary>Reads certificate signing requests (RFC 2986) from strangers.</summary>
internal static class SigningRequestPolicy
{
    private const string AlternativeNamesOid = "2.5.29.17";
    private const string CommonNameOid = "2.5.4.3";
    private static readonly Asn1Tag DnsName = new(TagClass.ContextSpecific, 2);
    private static readonly Asn1Tag IpAddress = new(TagClass.ContextSpecific, 7);

    // PKCS #1, PSS and ECDSA with SHA-256, SHA-384, SHA-512: SHA-1 and MD5 prove nothing any more.
    private static readonly ImmutableArray<string> Signatures =
    [
        "1.2.840.113549.1.1.11", "1.2.840.113549.1.1.12", "1.2.840.113549.1.1.13", "1.2.840.113549.1.1.10",
        "1.2.840.10045.4.3.2", "1.2.840.10045.4.3.3", "1.2.840.10045.4.3.4",
    ];

    /// <exception cref="Rejection">badCSR, with the reason.</exception>
    internal static SigningRequest Read(byte[] der) => Read(der, CertificateRequestLoadOptions.Default);

    /// <summary>Reads one that was stored, and so was found good when it came: checking its signature is dear.</summary>
    internal static SigningRequest ReadAccepted(byte[] der) => Read(der, CertificateRequestLoadOptions.SkipSignatureValidation);

    private static SigningRequest Read(byte[] der, CertificateRequestLoadOptions options)
    {
        try
        {
            RefuseOldSignature(der);
            var request = CertificateRequest.LoadSigningRequest(
                der, HashAlgorithmName.SHA256, options | CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions, RSASignaturePadding.Pkcs1);
            var key = request.PublicKey;
            return PublicKeyPolicy.WhyWeak(key) is { } reason
                ? throw Reject.BadCsr($"The key in the CSR is refused: {reason}.")
                : new SigningRequest { Key = key, KeyInfo = key.ExportSubjectPublicKeyInfo(), Names = NamesOf(request) };
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException or ArgumentException or NotSupportedException)
        {
            throw Reject.BadCsr("The CSR is not well formed, or its signature is not by its own key.");
        }
    }

    private static void RefuseOldSignature(byte[] der)
    {
        var request = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        request.ReadEncodedValue();
        if (!Signatures.Contains(request.ReadSequence().ReadObjectIdentifier()))
        {
            throw Reject.BadCsr("The CSR's signature algorithm is not supported; sign it with SHA-256 or better.");
        }
    }

    private static ImmutableArray<string> NamesOf(CertificateRequest request)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var attribute in request.SubjectName.EnumerateRelativeDistinguishedNames())
        {
            if (attribute is { HasMultipleElements: false } && attribute.GetSingleElementType().Value == CommonNameOid
                && attribute.GetSingleElementValue() is { Length: > 0 } commonName)
            {
                names.Add(IPAddress.TryParse(commonName, out var address) ? address.ToString() : Normal(commonName));
            }
        }

        foreach (var extension in request.CertificateExtensions.Where(found => found.Oid?.Value == AlternativeNamesOid))
        {
            AddAlternativeNames(extension.RawData, names);
        }

        return [.. names];
    }

    private static void AddAlternativeNames(byte[] extension, SortedSet<string> names)
    {
        var list = new AsnReader(extension, AsnEncodingRules.DER).ReadSequence();
        while (list.HasData)
        {
            var tag = list.PeekTag();
            names.Add(0 switch
            {
                _ when tag.HasSameClassAndValue(DnsName) => Normal(list.ReadCharacterString(UniversalTagNumber.IA5String, DnsName)),
                _ when tag.HasSameClassAndValue(IpAddress) => new IPAddress(list.ReadOctetString(IpAddress)).ToString(),
                _ => throw Reject.BadCsr("The CSR asks for a name that is neither a DNS name nor an address; the order does not hold it."),
            });
        }
    }

    private static string Normal(string name) => DomainName.TryParse(name, out var parsed) && name.All(char.IsAscii)
        ? parsed.Text
        : throw Reject.BadCsr($"The CSR holds the name '{Printable.Of(name, 100)}', which is not a DNS name.");
}
