using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>What a certificate says of itself, fit to be printed: who made it may have written anything into it.</summary>
public sealed record CertificateFacts
{
    private const int LongestName = 253;

    /// <summary>
    /// The names in its subject alternative name extension, in its order; without that extension its common name, as certificates of
    /// old have it (RFC 6125 §6.4.4).
    /// </summary>
    public required ImmutableArray<string> Names { get; init; }

    /// <summary>Distinguished name in encoding order: <c>C=SE, CN=Berth Authority X1</c>.</summary>
    public required string Issuer { get; init; }

    public required string Subject { get; init; }

    /// <summary>The subject's common name; null when it has none.</summary>
    public string? CommonName { get; init; }

    public required DateTimeOffset NotBefore { get; init; }

    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Hexadecimal, upper case.</summary>
    public required string Serial { get; init; }

    public required bool SelfIssued { get; init; }

    /// <param name="pem">The first certificate in it counts.</param>
    /// <returns>Null when there is none that can be read.</returns>
    public static CertificateFacts? TryRead(string? pem)
    {
        try
        {
            return CertificateFields.TryRead(pem, out var leaf) ? Of(leaf) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public static CertificateFacts Of(X509Certificate2 leaf) => Of(CertificateFields.Read(leaf.RawData));

    private static CertificateFacts Of(CertificateFields leaf) => new()
    {
        Names = NamesOf(leaf, CommonNameOf(leaf)),
        Issuer = DistinguishedName(leaf.Issuer),
        Subject = DistinguishedName(leaf.Subject),
        CommonName = CommonNameOf(leaf),
        NotBefore = leaf.NotBefore,
        NotAfter = leaf.NotAfter,
        Serial = Convert.ToHexString(leaf.Serial.Span),
        SelfIssued = leaf.Issuer.RawData.AsSpan().SequenceEqual(leaf.Subject.RawData),
    };

    private static string? CommonNameOf(CertificateFields leaf) => leaf.Subject.EnumerateRelativeDistinguishedNames()
        .FirstOrDefault(part => !part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3")?.GetSingleElementValue() is { } name ? Printable.Of(name) : null;

    private static ImmutableArray<string> NamesOf(CertificateFields leaf, string? commonName) =>
        leaf.AlternativeNames() is { } names ? [.. names.Select(name => Printable.Of(name, LongestName))]
        : commonName is null ? []
        : [commonName];

    private static string DistinguishedName(X500DistinguishedName name) => string.Join(
        ", ",
        name.EnumerateRelativeDistinguishedNames(reversed: false)
            .Where(part => !part.HasMultipleElements)
            .Select(part => $"{ShortName(part.GetSingleElementType())}={Printable.Of(part.GetSingleElementValue() ?? "")}"));

    private static string ShortName(Oid type) => type.Value switch
    {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.7" => "L",
        "2.5.4.8" => "ST",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "1.2.840.113549.1.9.1" => "emailAddress",
        _ => type.FriendlyName ?? type.Value ?? "?",
    };
}
