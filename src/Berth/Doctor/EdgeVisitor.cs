using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Daemon;
using Berth.Kernel;
using Berth.Platform.Certs;

namespace Berth.Doctor;

/// <summary>Comes to this machine's edge as a browser would, and sees what certificate it shows.</summary>
internal sealed class EdgeVisitor(DaemonRecord? record)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    // Over TLS nobody can name an address (RFC 6066 §3): the edge goes by the one that was come to, where this machine has it.
    internal static IPAddress DoorOf(DomainName name)
    {
        try
        {
            using var socket = new Socket((name.Address ?? IPAddress.Loopback).AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(name.Address ?? IPAddress.Loopback, 0));
            return name.Address ?? IPAddress.Loopback;
        }
        catch (SocketException)
        {
            return IPAddress.Loopback;
        }
    }

    /// <summary>A client that goes to this machine's edge whatever DNS says, so that the edge is what is looked at.</summary>
    internal HttpClient ClientTo(IPEndPoint door, Action<(X509Certificate2 Leaf, string? Root)> seen)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = async (_, cancel) =>
            {
                var socket = new Socket(door.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                await socket.ConnectAsync(door, cancel);
                return new NetworkStream(socket, ownsSocket: true);
            },
            SslOptions = new SslClientAuthenticationOptions
            {
                // Nothing secret is sent, and what is wrong with the certificate is exactly what the visit is to tell.
#pragma warning disable CA5359
                RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                {
                    var leaf = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
                    seen((leaf, errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) ? null : RootOf(leaf, chain, errors)));
                    return true;
                },
#pragma warning restore CA5359
            },
        };
        return new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = 1 << 20 };
    }

    /// <returns>The root the chain leads to: one the system trusts, or Berth's own; null when neither.</returns>
    private string? RootOf(X509Certificate2 leaf, X509Chain? chain, SslPolicyErrors errors)
    {
        if (errors == SslPolicyErrors.None)
        {
            return chain is null ? null : RootOf(chain);
        }

        if (record?.AuthorityRoot is not { } file || chain is null)
        {
            return null;
        }

        try
        {
            using var own = new X509Chain();
            own.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            own.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
            own.ChainPolicy.CustomTrustStore.ImportFromPemFile(file);
            own.ChainPolicy.ExtraStore.AddRange(chain.ChainPolicy.ExtraStore);
            return own.Build(leaf) ? RootOf(own) : null;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string RootOf(X509Chain chain) => CertificateFacts.Of(chain.ChainElements[^1].Certificate).Subject;
}
