using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Edge.Tls;

/// <summary>Makes from a certificate what a handshake needs; about 1 ms and 9 KB each, shared by all its connections.</summary>
/// <remarks>
/// Known weakness of .NET 10 on Linux: it keeps about 31 of OpenSSL's contexts alive. Measured with openssl's client: with 25
/// certificates in use every session is resumed, with 35 hardly any; those visitors shake hands in full.
/// </remarks>
internal static class TlsContext
{
    /// <exception cref="ProblemException"><see cref="EdgeProblems.CertificateUnusable"/>.</exception>
    internal static SslServerAuthenticationOptions Load(EdgeCertificate certificate)
    {
        try
        {
            var (chain, key) = certificate.Read();
            return Create(X509Certificate2.CreateFromPem(chain, key), Intermediates(chain));
        }
        // The files are a user's: whatever parser they break, other names must not notice.
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            throw EdgeProblems.UnusableCertificate(certificate, Printable.Of(e.Message)).AsException(e);
        }
    }

    // Offline: the chain is what the certificate's owner gave; a handshake never waits for a download.
    internal static SslServerAuthenticationOptions Create(X509Certificate2 leaf, X509Certificate2Collection intermediates) => new()
    {
        ServerCertificateContext = SslStreamCertificateContext.Create(leaf, intermediates, offline: true),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11],
        ClientCertificateRequired = false,
        AllowRenegotiation = false,
    };

    internal static X509Certificate2Collection Intermediates(string chain)
    {
        var certificates = new X509Certificate2Collection();
        certificates.ImportFromPem(chain);
        certificates[0].Dispose();
        certificates.RemoveAt(0);
        return certificates;
    }
}
