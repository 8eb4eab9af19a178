using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Edge;

/// <summary>An open TLS-ALPN-01 challenge (RFC 8737): whom it is for, and what is shown.</summary>
public sealed class EdgeTlsChallenge
{
    private static readonly SslApplicationProtocol Acme = new("acme-tls/1");

    /// <param name="serverName">The SNI of the CA's hello: a host name, or an address's reverse name (RFC 8738 §6).</param>
    /// <param name="certificate">Self-signed, with its key. Stays the caller's; alive until the challenge was taken away.</param>
    public EdgeTlsChallenge(string serverName, X509Certificate2 certificate)
    {
        ServerName = serverName;
        Tls = new SslServerAuthenticationOptions
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            ApplicationProtocols = [Acme],
            AllowRenegotiation = false,
            AllowTlsResume = false,
        };
    }

    public string ServerName { get; }

    internal SslServerAuthenticationOptions Tls { get; }
}
