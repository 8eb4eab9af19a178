using System.Collections.Immutable;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Policy;
using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>Looks at a server certificate before it is signed; what fails is never signed. One line of the table for each rule.</summary>
internal static class CertificateLint
{
    private const string NamesOid = "2.5.29.17";

    // Every extension there may be, and whether it must be critical (RFC 5280 §4.2).
    private static readonly ImmutableDictionary<string, bool> Extensions = new Dictionary<string, bool>
    {
        ["2.5.29.14"] = false, // subject key identifier
        ["2.5.29.15"] = true, // key usage
        ["2.5.29.19"] = true, // basic constraints
        ["2.5.29.31"] = false, // CRL distribution points
        ["2.5.29.32"] = false, // certificate policies
        ["2.5.29.35"] = false, // authority key identifier
        ["2.5.29.37"] = false, // extended key usage
        ["1.3.6.1.5.5.7.1.1"] = false, // authority information access
    }.ToImmutableDictionary();

    private static readonly ImmutableArray<(string Name, Func<UnsignedCertificate, LintContext, bool> Holds)> Rules =
    [
        ("it is of version 3", (leaf, _) => leaf.Version == 3),
        ("its serial number is positive, of 64 bits at least and 20 bytes at most",
            (leaf, _) => leaf.SerialNumber is { Length: >= 8 and <= 20, Span: [<= 0x7F, ..] serial } && serial.TrimStart((byte)0).Length >= 8),
        ("it names its issuer", (leaf, context) => leaf.Issuer.RawData.AsSpan().SequenceEqual(context.Issuer.Certificate.SubjectName.RawData)),
        ("it is signed with the issuer's algorithm", (leaf, context) => leaf.SignatureAlgorithm
            == (context.Issuer.Key.Hash.Name == "SHA384" ? SigningKey.WithSha384 : SigningKey.WithSha256)),
        ("it ends after it starts", (leaf, _) => leaf.NotBefore < leaf.NotAfter),
        ("it lies within its issuer's time", (leaf, context) => leaf.NotBefore >= context.Issuer.NotBefore && leaf.NotAfter <= context.Issuer.NotAfter),
        ("it lasts no longer than it may", (leaf, context) => leaf.NotAfter - leaf.NotBefore <= context.LongestLifetime),
        ("its key is strong", (leaf, _) => PublicKeyPolicy.WhyWeak(leaf.PublicKey) is null),
        ("its key is not the issuer's", (leaf, context) => !leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan()
            .SequenceEqual(context.Issuer.Key.PublicKey.ExportSubjectPublicKeyInfo())),
        ("no extension is there twice", (leaf, _) => leaf.Extensions.Select(found => found.Oid!.Value).Distinct().Count() == leaf.Extensions.Length),
        ("every extension is known and as critical as it must be", (leaf, _) => leaf.Extensions.All(found => found.Oid!.Value == NamesOid
            || (Extensions.TryGetValue(found.Oid.Value!, out var critical) && critical == found.Critical))),
        ("its names are critical exactly where the subject is empty (§4.2.1.6)",
            (leaf, _) => Only<X509SubjectAlternativeNameExtension>(leaf)?.Critical == (leaf.Subject.RawData.Length == 2)),
        ("it holds the names that were proven and no others", (leaf, context) => leaf.Names.SetEquals(context.Names)),
        ("its subject is empty, or one of its names", (leaf, _) => leaf.Subject.RawData.Length == 2
            || (leaf.Subject.EnumerateRelativeDistinguishedNames().ToList() is [var only] && leaf.Names.Contains(only.GetSingleElementValue() ?? ""))),
        ("its names are well formed", (leaf, _) => leaf.Names.All(IsWellFormed)),
        ("its issuer may certify its names", (leaf, context) => leaf.Names.All(context.Issuer.Constraints.Allow)),
        ("it is no authority", (leaf, _) => Only<X509BasicConstraintsExtension>(leaf) is { CertificateAuthority: false }),
        ("its key signs, and an RSA key may encipher", (leaf, _) => Only<X509KeyUsageExtension>(leaf) is { } usage
            && (usage.KeyUsages & X509KeyUsageFlags.DigitalSignature) != 0
            && (usage.KeyUsages & ~(X509KeyUsageFlags.DigitalSignature | (IsRsa(leaf) ? X509KeyUsageFlags.KeyEncipherment : 0))) == 0),
        ("it is for servers", (leaf, _) => Only<X509EnhancedKeyUsageExtension>(leaf) is { } usage
            && usage.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().All(found => found.Value is "1.3.6.1.5.5.7.3.1" or "1.3.6.1.5.5.7.3.2")
            && usage.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(found => found.Value == "1.3.6.1.5.5.7.3.1")),
        ("it names its issuer's key", (leaf, context) => Only<X509AuthorityKeyIdentifierExtension>(leaf)?.RawData.AsSpan()
            .SequenceEqual(context.Issuer.AuthorityKeyIdentifier.RawData) == true),
        ("it names its own key", (leaf, _) => Only<X509SubjectKeyIdentifierExtension>(leaf) is not null),
        ("it says where its issuer and its CRL are, if they are published",
            (leaf, context) => (Of(leaf, "2.5.29.31"), Of(leaf, "1.3.6.1.5.5.7.1.1")) is ({ } crl, { } access)
                ? crl.IndexOf("http://"u8) > 0 && access.IndexOf("http://"u8) > 0 && context.IsPublished
                : !context.IsPublished),
    ];

    /// <exception cref="ProblemException"><see cref="AuthorityProblems.CertificateLinted"/>, with each rule that does not hold.</exception>
    internal static void RefuseFaults(UnsignedCertificate unsigned, LintContext context)
    {
        var broken = Rules.Where(rule => !Holds(rule.Holds, unsigned, context)).Select(rule => rule.Name).ToImmutableArray();
        if (!broken.IsEmpty)
        {
            throw AuthorityProblems.RefusedCertificate(string.Join(", ", context.Names.Order(StringComparer.Ordinal)), broken).AsException();
        }
    }

    // What cannot even be read does not hold.
    private static bool Holds(Func<UnsignedCertificate, LintContext, bool> rule, UnsignedCertificate leaf, LintContext context)
    {
        try
        {
            return rule(leaf, context);
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return false;
        }
    }

    private static bool IsWellFormed(string name) => IPAddress.TryParse(name, out _)
        || (DomainName.TryParse(name, out var parsed) && parsed.Text == name && !name.Contains('_', StringComparison.Ordinal));

    private static bool IsRsa(UnsignedCertificate leaf) => leaf.PublicKey.Oid.Value == "1.2.840.113549.1.1.1";

    private static T? Only<T>(UnsignedCertificate leaf) where T : X509Extension => leaf.Extensions.OfType<T>().SingleOrDefault();

    private static byte[]? Of(UnsignedCertificate leaf, string oid) => leaf.Extensions.FirstOrDefault(found => found.Oid!.Value == oid)?.RawData;
}
