using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Acme.Tests;

/// <summary>Signs certificates, right ones and wrong ones.</summary>
internal sealed class TestIssuer : IDisposable
{
    private static readonly byte[] KeyId = [0x69, 0x88, 0x5b, 0xff];
    private static readonly HashAlgorithmName Sha256 = HashAlgorithmName.SHA256;
    private readonly X509Certificate2 _root = CreateRoot();

    public void Dispose() => _root.Dispose();

    /// <summary>RFC 9773 §4.1, put together by hand: this issuer's key id and the leaf's serial number.</summary>
    internal static string RenewalIdOf(string leafPem)
    {
        using var leaf = X509Certificate2.CreateFromPem(leafPem);
        return Base64Url.EncodeToString(KeyId) + "." + Base64Url.EncodeToString(leaf.SerialNumberBytes.Span);
    }

    internal string RootPem => _root.ExportCertificatePem() + "\n";

    /// <returns>Leaf and root, PEM.</returns>
    internal string Sign(byte[] csr, DateTimeOffset? from = null, TimeSpan? lifetime = null)
    {
        var request = CertificateRequest.LoadSigningRequest(csr, Sha256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        return Sign(request, from, lifetime) + RootPem;
    }

    /// <returns>A leaf for another key, PEM.</returns>
    internal string SignStranger(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Sign(Named(new CertificateRequest("", key, Sha256), name)) + RootPem;
    }

    /// <returns>A leaf for the request's key with another name, PEM.</returns>
    internal string SignOtherName(byte[] csr, string name)
    {
        var request = CertificateRequest.LoadSigningRequest(csr, Sha256);
        return Sign(Named(new CertificateRequest(new X500DistinguishedName(""), request.PublicKey, Sha256), name)) + RootPem;
    }

    /// <summary>An issuer of the same name with another key.</summary>
    internal static string ImpostorPem()
    {
        using var impostor = CreateRoot();
        return impostor.ExportCertificatePem() + "\n";
    }

    /// <returns>A leaf that is an authority itself.</returns>
    internal string SignAuthority(byte[] csr) => Extended(csr, new X509BasicConstraintsExtension(true, false, 0, true));

    /// <returns>A leaf whose purpose is that of a client.</returns>
    internal string SignForClients(byte[] csr) => Extended(csr, new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.2")], false));

    /// <returns>A leaf signed by another leaf, and that one.</returns>
    internal static string SignByLeaf(byte[] csr)
    {
        using var other = CreateRoot(isAuthority: false);
        return SignBy(other, csr);
    }

    /// <returns>A leaf signed by an authority that expired a month ago, and that one.</returns>
    internal static string SignByExpired(byte[] csr)
    {
        using var expired = CreateRoot(end: TimeProvider.System.GetUtcNow().AddDays(-30));
        return SignBy(expired, csr);
    }

    private string Extended(byte[] csr, X509Extension extension)
    {
        var request = CertificateRequest.LoadSigningRequest(csr, Sha256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        request.CertificateExtensions.Add(extension);
        return Sign(request) + RootPem;
    }

    private static string SignBy(X509Certificate2 issuer, byte[] csr)
    {
        var request = CertificateRequest.LoadSigningRequest(csr, Sha256, CertificateRequestLoadOptions.UnsafeLoadCertificateExtensions);
        return Sign(issuer, request, null, null) + issuer.ExportCertificatePem() + "\n";
    }

    private string Sign(CertificateRequest request, DateTimeOffset? from = null, TimeSpan? lifetime = null) =>
        Sign(_root, request, from, lifetime);

    private static string Sign(X509Certificate2 issuer, CertificateRequest request, DateTimeOffset? from, TimeSpan? lifetime)
    {
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(KeyId));
        var start = from ?? TimeProvider.System.GetUtcNow().AddMinutes(-5);
        using var signer = issuer.GetECDsaPrivateKey()!;
        var generator = X509SignatureGenerator.CreateForECDsa(signer);
        using var leaf = request.Create(
            issuer.SubjectName, generator, start, start + (lifetime ?? TimeSpan.FromDays(30)), RandomNumberGenerator.GetBytes(12));
        return leaf.ExportCertificatePem() + "\n";
    }

    private static CertificateRequest Named(CertificateRequest request, string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request;
    }

    private static X509Certificate2 CreateRoot(bool isAuthority = true, DateTimeOffset? end = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Scripted Root", key, Sha256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isAuthority, false, 0, true));
        var now = TimeProvider.System.GetUtcNow();
        return request.CreateSelfSigned(now.AddYears(-10), end ?? now.AddYears(10));
    }
}
