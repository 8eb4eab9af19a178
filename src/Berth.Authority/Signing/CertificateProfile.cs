using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>Builds the extensions of each kind of certificate (RFC 5280 §4.2).</summary>
internal static class CertificateProfile
{
    private static readonly System.Security.Cryptography.OidCollection ServerAuthentication =
        [new System.Security.Cryptography.Oid("1.3.6.1.5.5.7.3.1")];

    /// <param name="request">The certificate under construction.</param>
    /// <param name="pathLength">How many certificate authorities may follow; null leaves it open.</param>
    internal static void AsAuthority(CertificateRequest request, int? pathLength)
    {
        request.CertificateExtensions.Add(
            new X509BasicConstraintsExtension(true, pathLength is not null, pathLength ?? 0, critical: true));
        request.CertificateExtensions.Add(
            new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(KeyIdentifier(request.PublicKey));
    }

    /// <summary>A server's certificate: its names live in the SAN, which is critical because the subject is empty (§4.2.1.6).</summary>
    internal static void AsServer(CertificateRequest request, X509Extension names)
    {
        var isRsa = request.PublicKey.Oid.Value == "1.2.840.113549.1.1.1";
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.DigitalSignature | (isRsa ? X509KeyUsageFlags.KeyEncipherment : X509KeyUsageFlags.None),
            critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(ServerAuthentication, critical: false));
        request.CertificateExtensions.Add(KeyIdentifier(request.PublicKey));
        request.CertificateExtensions.Add(names);
    }

    /// <summary>Says over plain HTTP where the issuer's certificate and its CRL are (§4.2.1.13, §4.2.2.1).</summary>
    internal static void AddPublication(CertificateRequest request, Uri httpBase, string issuerId, string serial)
    {
        request.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(
            null, [new Uri(httpBase, $"issuer/{issuerId}.cer").AbsoluteUri]));
        request.CertificateExtensions.Add(CertificateRevocationListBuilder.BuildCrlDistributionPointExtension(
            [new Uri(httpBase, RevocationLists.PathOf(issuerId, RevocationLists.ShardOf(serial))).AbsoluteUri]));
    }

    // RFC 7093 §2 (1): 160 bits of SHA-256, so that no SHA-1 is left anywhere.
    private static X509SubjectKeyIdentifierExtension KeyIdentifier(PublicKey key) =>
        new(key, X509SubjectKeyIdentifierHashAlgorithm.ShortSha256, critical: false);
}
