namespace Berth.Acme.Issuing;

/// <summary>
/// A certificate that is to be renewed. An order names it (RFC 9773 §5) only to the CA and account it came from, and only when
/// the two share a name: anything else is an error to the CA.
/// </summary>
public sealed record RenewedCertificate
{
    /// <summary>See <see cref="RenewalAdvice.CertificateId"/>.</summary>
    public required string CertificateId { get; init; }

    /// <summary>The CA it came from.</summary>
    public required string DirectoryUrl { get; init; }

    /// <summary>The account it was ordered by.</summary>
    public required string AccountUrl { get; init; }

    /// <summary>Names and addresses it carries.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>Describes an issued certificate; null when it carries no authority key identifier to be named by.</summary>
    public static RenewedCertificate? Of(IssuedCertificate certificate) => Protocol.RenewalCertificateId.OfPem(certificate.LeafPem) is { } id
        ? new RenewedCertificate
        {
            CertificateId = id,
            DirectoryUrl = certificate.DirectoryUrl,
            AccountUrl = certificate.AccountUrl,
            Names = certificate.Names,
        }
        : null;

    internal bool MayBeNamed(string directoryUrl, string accountUrl, IEnumerable<string> names) =>
        DirectoryUrl == directoryUrl && AccountUrl == accountUrl && Names.Intersect(names, StringComparer.Ordinal).Any();
}
