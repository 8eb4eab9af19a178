using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>A certificate that is complete but for its signature (RFC 5280 §4.1.2), so that it can be looked at first: what was looked at is what gets signed.</summary>
internal sealed class Draft
{
    private readonly byte[] _content;
    private readonly SigningKey _key;

    private Draft(byte[] content, SigningKey key) => (_content, _key, Unsigned) = (content, key, UnsignedCertificate.Read(content));

    /// <summary>What it says.</summary>
    internal UnsignedCertificate Unsigned { get; }

    /// <param name="request">Subject, key and extensions.</param>
    /// <param name="issuer">Who signs.</param>
    /// <param name="key">With what.</param>
    /// <param name="start">Fractions of a second are cut off.</param>
    /// <param name="end">Likewise.</param>
    /// <param name="serial">A positive number, the highest byte first.</param>
    internal static Draft Of(
        CertificateRequest request, X500DistinguishedName issuer, SigningKey key, DateTimeOffset start, DateTimeOffset end, byte[] serial)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            {
                writer.WriteInteger(2); // Version 3.
            }

            writer.WriteIntegerUnsigned(serial);
            writer.WriteEncodedValue(key.Algorithm);
            writer.WriteEncodedValue(issuer.RawData);
            using (writer.PushSequence())
            {
                Write(writer, start);
                Write(writer, end);
            }

            writer.WriteEncodedValue(request.SubjectName.RawData);
            writer.WriteEncodedValue(request.PublicKey.ExportSubjectPublicKeyInfo());
            using var tagged = writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 3));
            using var list = writer.PushSequence();
            foreach (var extension in request.CertificateExtensions)
            {
                Write(writer, extension);
            }
        }

        return new Draft(writer.Encode(), key);
    }

    /// <returns>The signed certificate, DER.</returns>
    internal byte[] Sign() => _key.Enclose(_content);

    // §4.1.2.5: UTCTime through 2049, GeneralizedTime from then on.
    private static void Write(AsnWriter writer, DateTimeOffset time)
    {
        if (time.UtcDateTime.Year < 2050)
        {
            writer.WriteUtcTime(time.ToUniversalTime());
            return;
        }

        writer.WriteGeneralizedTime(time.ToUniversalTime(), omitFractionalSeconds: true);
    }

    private static void Write(AsnWriter writer, X509Extension extension)
    {
        using var sequence = writer.PushSequence();
        writer.WriteObjectIdentifier(extension.Oid!.Value!);
        if (extension.Critical)
        {
            writer.WriteBoolean(true);
        }

        writer.WriteOctetString(extension.RawData);
    }
}
