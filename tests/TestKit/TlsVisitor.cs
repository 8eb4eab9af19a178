using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace Berth.TestKit;

/// <summary>Somebody who comes to a port of this machine over TLS, and looks at what they are shown.</summary>
public static class TlsVisitor
{
    /// <param name="port">On the loopback address.</param>
    /// <param name="name">The name that is asked for.</param>
    /// <returns>The certificate, trusted or not.</returns>
    public static async Task<X509Certificate2> ShownAsync(int port, string name)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, port);
        X509Certificate2? shown = null;
#pragma warning disable CA5359 // Which certificate is shown is what is looked at; nothing is sent.
        await using var tls = new SslStream(socket.GetStream(), false, (_, certificate, _, _) =>
        {
            shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
            return true;
        });
#pragma warning restore CA5359
        await tls.AuthenticateAsClientAsync(name);
        return shown!;
    }
}
