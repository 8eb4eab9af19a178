using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Storage;

namespace Berth.Authority.Signing;

/// <summary>Writes a CRL (RFC 5280 §5). The framework's builder has no place for the issuing distribution point that a shard needs.</summary>
internal static class RevocationListWriter
{
    /// <param name="issuer">Who signs.</param>
    /// <param name="revoked">The entries.</param>
    /// <param name="number">Higher than any before for this list.</param>
    /// <param name="start">thisUpdate.</param>
    /// <param name="end">nextUpdate.</param>
    /// <param name="address">The one address whose certificates this list is about (§5.2.5); null for all of the issuer's.</param>
    internal static byte[] Write(
        Issuer issuer, IEnumerable<RevokedSerial> revoked, long number, DateTimeOffset start, DateTimeOffset end, Uri? address)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteInteger(1); // version 2
            writer.WriteEncodedValue(issuer.Key.Algorithm);
            writer.WriteEncodedValue(issuer.Certificate.SubjectName.RawData);
            WriteTime(writer, start);
            WriteTime(writer, end);
            WriteEntries(writer, [.. revoked]);
            using (writer.PushSequence(new Asn1Tag(TagClass.ContextSpecific, 0)))
            using (writer.PushSequence())
            {
                WriteExtension(writer, "2.5.29.35", critical: false, issuer.AuthorityKeyIdentifier.RawData);
                WriteExtension(writer, "2.5.29.20", critical: false, Encoded(inner => inner.WriteInteger(number)));
                if (address is not null)
                {
                    WriteExtension(writer, "2.5.29.28", critical: true, Encoded(inner => WriteDistributionPoint(inner, address)));
                }
            }
        }

        return issuer.Key.Enclose(writer.Encode());
    }

    private static void WriteEntries(AsnWriter writer, IReadOnlyCollection<RevokedSerial> revoked)
    {
        if (revoked.Count == 0)
        {
            return; // §5.1.2.6: absent, not empty.
        }

        using var list = writer.PushSequence();
        foreach (var entry in revoked)
        {
            using var one = writer.PushSequence();
            writer.WriteInteger(new BigInteger(Convert.FromHexString(entry.Serial), isUnsigned: true, isBigEndian: true));
            WriteTime(writer, entry.At);
            if (entry.Reason != 0)
            {
                // §5.3.1: "unspecified" is better left out than written.
                using var extensions = writer.PushSequence();
                WriteExtension(writer, "2.5.29.21", critical: false, Encoded(inner => inner.WriteEnumeratedValue((X509RevocationReason)entry.Reason)));
            }
        }
    }

    private static void WriteDistributionPoint(AsnWriter writer, Uri address)
    {
        var tag = new Asn1Tag(TagClass.ContextSpecific, 0);
        using var point = writer.PushSequence();
        using var distribution = writer.PushSequence(tag);
        using var fullName = writer.PushSequence(tag);
        writer.WriteCharacterString(UniversalTagNumber.IA5String, address.AbsoluteUri, new Asn1Tag(TagClass.ContextSpecific, 6));
    }

    private static void WriteExtension(AsnWriter writer, string oid, bool critical, byte[] value)
    {
        using var extension = writer.PushSequence();
        writer.WriteObjectIdentifier(oid);
        if (critical)
        {
            writer.WriteBoolean(true);
        }

        writer.WriteOctetString(value);
    }

    // §5.1.2.4: UTCTime through 2049, both without fractions.
    private static void WriteTime(AsnWriter writer, DateTimeOffset time)
    {
        if (time.Year < 2050)
        {
            writer.WriteUtcTime(time, 2049);
            return;
        }

        writer.WriteGeneralizedTime(time, omitFractionalSeconds: true);
    }

    private static byte[] Encoded(Action<AsnWriter> write)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        write(writer);
        return writer.Encode();
    }
}
