using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Platform.Certs;

/// <summary>
/// Fields of a certificate (RFC 5280 §4.1), read without OpenSSL: that takes twenty times as long, most of it for a public key that nobody asks for
/// here, and keeps memory of its own for each.
/// </summary>
internal sealed record CertificateFields
{
    private const string AlternativeNames = "2.5.29.17";
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag Extensions = new(TagClass.ContextSpecific, 3);

    public required string SerialNumber { get; init; }

    public required X500DistinguishedName IssuerName { get; init; }

    public required X500DistinguishedName SubjectName { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public required ReadOnlyMemory<byte> PublicKey { get; init; }

    /// <summary>Null when it has none.</summary>
    public required X509SubjectAlternativeNameExtension? Names { get; init; }

    /// <param name="der">The whole certificate; what follows it is not looked at.</param>
    /// <exception cref="CryptographicException">It is none.</exception>
    public static CertificateFields Read(ReadOnlyMemory<byte> der)
    {
        try
        {
            return ReadWhole(der);
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw new CryptographicException("The certificate is malformed.", e);
        }
    }

    /// <param name="pem">The first certificate in it counts.</param>
    /// <param name="fields">Null when there is none that can be read.</param>
    public static bool TryRead(ReadOnlySpan<char> pem, [NotNullWhen(true)] out CertificateFields? fields)
    {
        fields = null;
        while (PemEncoding.TryFind(pem, out var found))
        {
            if (pem[found.Label] is "CERTIFICATE")
            {
                fields = TryRead(Convert.FromBase64String(new string(pem[found.Base64Data])));
                return fields is not null;
            }

            pem = pem[found.Location.End..];
        }

        return false;
    }

    private static CertificateFields? TryRead(byte[] der)
    {
        try
        {
            return Read(der);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private static CertificateFields ReadWhole(ReadOnlyMemory<byte> der)
    {
        var body = new AsnReader(der, AsnEncodingRules.BER).ReadSequence().ReadSequence();
        if (body.PeekTag().HasSameClassAndValue(Version))
        {
            body.ReadEncodedValue();
        }

        var serial = Convert.ToHexString(body.ReadIntegerBytes().Span);
        body.ReadEncodedValue(); // the signature's algorithm
        var issuer = new X500DistinguishedName(body.ReadEncodedValue().Span);
        var validity = body.ReadSequence();
        var (from, to) = (Time(validity), Time(validity));
        var subject = new X500DistinguishedName(body.ReadEncodedValue().Span);
        var key = body.ReadEncodedValue();
        return new CertificateFields
        {
            SerialNumber = serial,
            IssuerName = issuer,
            SubjectName = subject,
            NotBefore = from,
            NotAfter = to,
            PublicKey = key,
            Names = NamesIn(body),
        };
    }

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    // Behind the key: issuerUniqueID, subjectUniqueID, extensions, each of which may be missing.
    private static X509SubjectAlternativeNameExtension? NamesIn(AsnReader body)
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
                if (extension.ReadObjectIdentifier() == AlternativeNames)
                {
                    var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
                    return new X509SubjectAlternativeNameExtension(extension.ReadOctetString(), critical);
                }
            }
        }

        return null;
    }
}
