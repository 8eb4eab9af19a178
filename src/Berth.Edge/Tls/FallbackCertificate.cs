using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Edge.Tls;

/// <summary>
/// What a visitor sees who asks for a name without a certificate: self-signed for a name that can never exist
/// (RFC 6761 §6.4), made anew at each start, never written to disk.
/// </summary>
internal static class FallbackCertificate
{
    internal const string Name = EdgeCertificate.Nobodys;

    internal static X509Certificate2 Create(TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={Name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        var now = time.GetUtcNow();
        return request.CreateSelfSigned(now.AddDays(-1), now.AddYears(10));
    }
}
