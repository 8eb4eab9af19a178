using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;

namespace Berth.Acme.Challenges;

/// <summary>
/// What answers a TLS-ALPN-01 challenge (RFC 8737 §3): a hello that offers <see cref="Protocol"/> alone and names
/// <see cref="ServerName"/> gets <see cref="Certificate"/>; nobody else ever sees it, and no byte is exchanged after the handshake.
/// </summary>
public sealed class TlsAlpnAnswer : IDisposable
{
    /// <summary>The ALPN protocol; the server's answer selects exactly this.</summary>
    public const string Protocol = "acme-tls/1";

    private const string AcmeIdentifier = "1.3.6.1.5.5.7.1.31";
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private TlsAlpnAnswer(string serverName, X509Certificate2 certificate) =>
        (ServerName, Certificate) = (serverName, certificate);

    /// <summary>The SNI of the CA's hello, compared without case: the host name, or an address's reverse name (RFC 8738 §6).</summary>
    public string ServerName { get; }

    /// <summary>Self-signed, with its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>Makes the answer; a new key each time.</summary>
    /// <param name="task">Of type tls-alpn-01.</param>
    /// <param name="time">Dates the certificate.</param>
    public static TlsAlpnAnswer Create(ChallengeTask task, TimeProvider time)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=ACME challenge", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (task.Address is { } address)
        {
            names.AddIpAddress(address);
        }
        else
        {
            names.AddDnsName(task.Identifier.Value);
        }

        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension(AcmeIdentifier, Proof(task), critical: true));
        var now = time.GetUtcNow();
        return new TlsAlpnAnswer(task.ServerName, request.CreateSelfSigned(now - Lifetime, now + Lifetime));
    }

    /// <summary>Forgets the certificate and its key.</summary>
    public void Dispose() => Certificate.Dispose();

    // Authorization ::= OCTET STRING (SIZE (32)), RFC 8737 §3: tag, length, digest.
    private static byte[] Proof(ChallengeTask task) => [0x04, 32, .. KeyAuthorization.Digest(task.KeyAuthorization)];
}
