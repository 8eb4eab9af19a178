using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>Reads a TBSCertificate (RFC 5280 §4.1) back from its bytes. Making an X509Certificate2 of it costs more than signing does.</summary>
internal sealed record UnsignedCertificate
{
    private ImmutableHashSet<string>? _names;

    internal required int Version { get; init; }

    /// <summary>The number's bytes as DER has them, the sign included.</summary>
    internal required ReadOnlyMemory<byte> SerialNumber { get; init; }

    internal required string SignatureAlgorithm { get; init; }

    internal required X500DistinguishedName Issuer { get; init; }

    internal required DateTimeOffset NotBefore { get; init; }

    internal required DateTimeOffset NotAfter { get; init; }

    internal required X500DistinguishedName Subject { get; init; }

    internal required PublicKey PublicKey { get; init; }

    /// <summary>Those that .NET knows are of its own types.</summary>
    internal required ImmutableArray<X509Extension> Extensions { get; init; }

    /// <summary>DNS names, and addresses as .NET prints them; read once, as many rules look at them.</summary>
    internal ImmutableHashSet<string> Names => _names ??= Extensions.OfType<X509SubjectAlternativeNameExtension>().SingleOrDefault() is { } names
        ? [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(address => address.ToString())]
        : [];

    internal static UnsignedCertificate Read(byte[] content)
    {
        var reader = new AsnReader(content, AsnEncodingRules.DER).ReadSequence();
        var version = (int)reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 0)).ReadInteger() + 1;
        var serial = reader.ReadIntegerBytes();
        var algorithm = reader.ReadSequence().ReadObjectIdentifier();
        var issuer = new X500DistinguishedName(reader.ReadEncodedValue().Span);
        var validity = reader.ReadSequence();
        var (start, end) = (Time(validity), Time(validity));
        var subject = new X500DistinguishedName(reader.ReadEncodedValue().Span);
        var key = PublicKey.CreateFromSubjectPublicKeyInfo(reader.ReadEncodedValue().Span, out _);
        var list = reader.ReadSequence(new Asn1Tag(TagClass.ContextSpecific, 3)).ReadSequence();
        var extensions = ImmutableArray.CreateBuilder<X509Extension>();
        while (list.HasData)
        {
            extensions.Add(Extension(list.ReadSequence()));
        }

        return new UnsignedCertificate
        {
            Version = version,
            SerialNumber = serial,
            SignatureAlgorithm = algorithm,
            Issuer = issuer,
            NotBefore = start,
            NotAfter = end,
            Subject = subject,
            PublicKey = key,
            Extensions = extensions.ToImmutable(),
        };
    }

    private static DateTimeOffset Time(AsnReader reader) =>
        reader.PeekTag().HasSameClassAndValue(Asn1Tag.UtcTime) ? reader.ReadUtcTime(2049) : reader.ReadGeneralizedTime();

    private static X509Extension Extension(AsnReader reader)
    {
        var oid = reader.ReadObjectIdentifier();
        var critical = reader.PeekTag().HasSameClassAndValue(Asn1Tag.Boolean) && reader.ReadBoolean();
        var value = reader.ReadOctetString();
        return oid switch
        {
            "2.5.29.14" => new X509SubjectKeyIdentifierExtension(new AsnEncodedData(value), critical),
            "2.5.29.15" => new X509KeyUsageExtension(new AsnEncodedData(value), critical),
            "2.5.29.17" => new X509SubjectAlternativeNameExtension(value, critical),
            "2.5.29.19" => new X509BasicConstraintsExtension(new AsnEncodedData(value), critical),
            "2.5.29.35" => new X509AuthorityKeyIdentifierExtension(value, critical),
            "2.5.29.37" => new X509EnhancedKeyUsageExtension(new AsnEncodedData(value), critical),
            _ => new X509Extension(oid, value, critical),
        };
    }
}
