using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Platform.Certs;

/// <summary>A key, a request for an authority to sign, and a certificate signed by its own key meanwhile; all PEM.</summary>
/// <param name="Certificate">Valid for 365 days.</param>
/// <param name="Key">RSA, 2048 bits, PKCS #8.</param>
/// <param name="Request">PKCS #10.</param>
public sealed record SelfSigned(string Certificate, string Key, string Request)
{
    private const int Days = 365;

    /// <param name="answers">Who the certificate is for.</param>
    /// <param name="names">Host names it is for; the first is also its common name when none was answered.</param>
    /// <param name="now">When its time begins.</param>
    public static SelfSigned Make(SubjectAnswers answers, IReadOnlyList<string> names, DateTimeOffset now)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(answers.AsName(), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        if (names.Count > 0)
        {
            var alternatives = new SubjectAlternativeNameBuilder();
            foreach (var name in names)
            {
                alternatives.AddDnsName(name);
            }

            request.CertificateExtensions.Add(alternatives.Build());
        }

        var signing = request.CreateSigningRequestPem();
        using var certificate = request.CreateSelfSigned(now, now.AddDays(Days));
        return new SelfSigned(certificate.ExportCertificatePem() + "\n", key.ExportPkcs8PrivateKeyPem() + "\n", signing + "\n");
    }
}
