using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Kernel;

/// <summary>
/// Fields of a certificate (RFC 5280 §4.1), read without OpenSSL: that takes twenty times as long, most of it for a public key that nobody asks for
/// here, and keeps memory of its own for each.
/// </summary>
public sealed class CertificateFields
{
    private static readonly Asn1Tag Version = new(TagClass.ContextSpecific, 0);
    private static readonly Asn1Tag ExtensionsTag = new(TagClass.ContextSpecific, 3);

    private readonly ReadOnlyMemory<byte> _behindKey;

    private CertificateFields(AsnReader body)
    {
        if (body.PeekTag().HasSameClassAndValue(Version))
        {
            body.ReadEncodedValue();
        }

        Serial = body.ReadIntegerBytes();
        body.ReadEncodedValue(); // the signature's algorithm
        Issuer = new X500DistinguishedName(body.ReadEncodedValue().Span);
        var validity = body.ReadSequence();
        (NotBefore, NotAfter) = (Time(validity), Time(validity));
        Subject = new X500DistinguishedName(body.ReadEncodedValue().Span);
        PublicKey = body.ReadEncodedValue();
        _behindKey = Extensions(body);
    }

    /// <summary>The number's bytes as encoded: a leading zero is kept.</summary>
    public ReadOnlyMemory<byte> Serial { get; }

    public X500DistinguishedName Issuer { get; }

    public X500DistinguishedName Subject { get; }

    public DateTimeOffset NotBefore { get; }

    public DateTimeOffset NotAfter { get; }

    /// <summary>SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <param name="der">The whole certificate; what follows it is not looked at.</param>
    /// <exception cref="CryptographicException">It is none; the message is the end of a sentence.</exception>
    public static CertificateFields Read(ReadOnlyMemory<byte> der) =>
        Parsed(() => new CertificateFields(new AsnReader(der, AsnEncodingRules.BER).ReadSequence().ReadSequence()));

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

    /// <returns>The host names and addresses it is for; null where it does not say.</returns>
    /// <exception cref="CryptographicException">The extension is malformed.</exception>
    public IEnumerable<string>? AlternativeNames()
    {
        if (Extension("2.5.29.17") is not { } extension)
        {
            return null;
        }

        var names = new X509SubjectAlternativeNameExtension(extension.RawData, extension.Critical);
        return names.EnumerateDnsNames().Concat(names.EnumerateIPAddresses().Select(address => address.ToString()));
    }

    /// <returns>What the certificate says under an object identifier, or null when it says nothing.</returns>
    /// <exception cref="CryptographicException">The extensions are malformed; the message is the end of a sentence.</exception>
    public X509Extension? Extension(string oid) => _behindKey.IsEmpty ? null : Parsed(() =>
    {
        for (var all = new AsnReader(_behindKey, AsnEncodingRules.BER).ReadSequence(); all.HasData;)
        {
            var extension = all.ReadSequence();
            if (extension.ReadObjectIdentifier() == oid)
            {
                var critical = extension.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && extension.ReadBoolean();
                return new X509Extension(oid, extension.ReadOctetString(), critical);
            }
        }

        return null;
    });

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

    private static T Parsed<T>(Func<T> parse)
    {
        try
        {
            return parse();
        }
        catch (Exception e) when (e is AsnContentException or ArgumentException)
        {
            throw new CryptographicException("it is malformed", e);
        }
    }

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime() : reader.ReadGeneralizedTime();

    // Behind the key: issuerUniqueID, subjectUniqueID, extensions, each of which may be missing.
    private static ReadOnlyMemory<byte> Extensions(AsnReader body)
    {
        while (body.HasData)
        {
            if (body.PeekTag().HasSameClassAndValue(ExtensionsTag))
            {
                return body.ReadSequence(ExtensionsTag).PeekEncodedValue();
            }

            body.ReadEncodedValue();
        }

        return default;
    }
}
