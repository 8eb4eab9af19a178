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
        var now = TimeProvider.System.GetUtcNow();
        return Make([name], subject, now.AddDays(-1), now.AddDays(30));
    }

    /// <param name="names">The names it is for.</param>
    /// <param name="subject">What it is told by.</param>
    /// <param name="from">Its beginning.</param>
    /// <param name="until">Its end.</param>
    public static (string Chain, string Key) Make(IEnumerable<string> names, string subject, DateTimeOffset from, DateTimeOffset until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN=\"{subject}\"", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            alternatives.AddDnsName(name);
        }

        request.CertificateExtensions.Add(alternatives.Build());
        using var certificate = request.CreateSelfSigned(from, until);
        return (certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n");
    }
}
