using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Acme.Protocol;

/// <summary>Names a certificate to a CA (RFC 9773 §4.1).</summary>
public static class RenewalCertificateId
{
    private const string AuthorityKeyIdentifier = "2.5.29.35";
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3);

    /// <returns>
    /// base64url of the authority key identifier, a dot, base64url of the serial number's DER bytes (a leading zero is kept);
    /// null when the certificate carries no key identifier.
    /// </returns>
    /// <exception cref="CryptographicException">It is malformed.</exception>
    public static string? Of(X509Certificate2 certificate) => OfDer(certificate.RawDataMemory);

    /// <summary>As <see cref="Of"/>, read without OpenSSL, which takes a millisecond for what is asked of very many every few hours.</summary>
    /// <param name="pem">A leaf, or a chain that begins with it.</param>
    /// <exception cref="CryptographicException">It is no certificate; the message is the end of a sentence.</exception>
    internal static string? OfPem(string pem) => PemEncoding.TryFind(pem, out var found) && pem.AsSpan(found.Label) is "CERTIFICATE"
        ? OfDer(Convert.FromBase64String(pem[found.Base64Data]))
        : throw new CryptographicException("it holds no certificate");

    private static string? OfDer(ReadOnlyMemory<byte> der)
    {
        try
        {
            return IdIn(new AsnReader(der, AsnEncodingRules.BER).ReadSequence().ReadSequence());
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("it is malformed", e);
        }
    }

    private static string? IdIn(AsnReader body)
    {
        if (body.PeekTag().HasSameClassAndValue(Version))
        {
            body.ReadEncodedValue();
        }

        var serial = body.ReadIntegerBytes();
        return AuthorityIn(body) is { } authority ? $"{StrictBase64Url.Encode(authority.Span)}.{StrictBase64Url.Encode(serial.Span)}" : null;
    }

    // RFC 5280 §4.1: algorithm, issuer, validity, subject, key and what may follow of identifiers come first.
    private static ReadOnlyMemory<byte>? AuthorityIn(AsnReader body)
    {
        while (body.HasData)
        {
            if (!body.PeekTag().HasSameClassAndValue(Extensions))
            {
                body.ReadEncodedValue();
                continue;
            }

            for (var all = body.ReadSequence(Extensions).ReadSequence(); all.HasData;)
            {
                var extension = all.ReadSequence();
                if (extension.ReadObjectIdentifier() == AuthorityKeyIdentifier)
                {
                    var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
                    return new X509AuthorityKeyIdentifierExtension(extension.ReadOctetString(), critical).KeyIdentifier;
                }
            }
        }

        return null;
    }
}
