using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Platform.Tests.Certs;

/// <summary>Certificates and keys for tests: PEM, of any time and names.</summary>
internal static class TestPair
{
    internal static DateTimeOffset Now { get; } = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    internal static (string Certificate, string Key) Make(params string[] names) => Make(Now.AddDays(-1), Now.AddDays(90), names);

    internal static (string Certificate, string Key) Make(DateTimeOffset from, DateTimeOffset to, params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = Request(names, key).CreateSelfSigned(from, to);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <returns>A certificate for these purposes (OIDs of extended key usages).</returns>
    internal static (string Certificate, string Key) MakeFor(string[] purposes, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = Request([name], key);
        var named = new OidCollection();
        Array.ForEach(purposes, purpose => named.Add(new Oid(purpose)));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(named, critical: false));
        using var certificate = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(90));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }

    /// <returns>A leaf, the intermediate that issued it, and the leaf's key.</returns>
    internal static (string Leaf, string Issuer, string Key) Chain(string name)
    {
        using var issuerKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var issuing = new CertificateRequest("CN=Issuer", issuerKey, HashAlgorithmName.SHA256);
        issuing.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var issuer = issuing.CreateSelfSigned(Now.AddDays(-2), Now.AddDays(100));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = Request([name], key).Create(issuer, Now.AddDays(-1), Now.AddDays(90), [1, 2, 3]);
        return (leaf.ExportCertificatePem() + "\n", issuer.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem());
    }

    // A name of any characters: in a text of the form CN=… some would mean something else.
    private static X500DistinguishedName Named(string name)
    {
        var subject = new X500DistinguishedNameBuilder();
        subject.AddCommonName(name);
        return subject.Build();
    }

    private static CertificateRequest Request(string[] names, ECDsa key)
    {
        var request = new CertificateRequest(Named(names[0]), key, HashAlgorithmName.SHA256);
        if (names.Length > 1)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            Array.ForEach(names, alternatives.AddDnsName);
            request.CertificateExtensions.Add(alternatives.Build());
        }

        return request;
    }
}
