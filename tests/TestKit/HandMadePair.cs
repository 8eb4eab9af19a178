using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.TestKit;

/// <summary>A certificate and its key as somebody makes them by hand, self-signed and of no authority that Berth knows.</summary>
public static class HandMadePair
{
    /// <param name="name">The name it is for.</param>
    /// <param name="subject">What it is told by.</param>
    public static (string Chain, string Key) Make(string name, string subject)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=\"{subject}\"", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        var now = TimeProvider.System.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(30));
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
