using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Challenges;

namespace Berth.Authority.Tests;

/// <summary>A TLS server on a free port of 127.0.0.1 that shows one certificate to everyone, and remembers what it was asked.</summary>
internal sealed class TlsAlpnHost : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<SslApplicationProtocol> _protocols;

    internal TlsAlpnHost(params string[] protocols)
    {
        _protocols = [.. protocols.DefaultIfEmpty(TlsAlpnAnswer.Protocol).Select(text => new SslApplicationProtocol(text))];
        _listener.Start();
        Serving = ServeAsync();
    }

    internal int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    internal X509Certificate2? Certificate { get; set; }

    /// <summary>Where a client puts a certificate and its key for each name, <c>NAME.crt.pem</c> and <c>NAME.key.pem</c>; null shows <see cref="Certificate"/>.</summary>
    internal string? Folder { get; set; }

    internal string? ServerName { get; private set; }

    /// <summary>How many bytes came after the handshake.</summary>
    internal int BytesAfter { get; private set; }

    internal Task Serving { get; }

    private async Task ServeAsync()
    {
        while (true)
        {
            using var socket = await _listener.AcceptSocketAsync();
            await using var stream = new SslStream(new NetworkStream(socket));
            try
            {
                await stream.AuthenticateAsServerAsync((_, hello, _, _) =>
                {
                    ServerName = hello.ServerName;
                    return ValueTask.FromResult(new SslServerAuthenticationOptions
                    {
                        ServerCertificate = Folder is null
                            ? Certificate
                            : X509Certificate2.CreateFromPemFile(Path.Combine(Folder, ServerName + ".crt.pem"), Path.Combine(Folder, ServerName + ".key.pem")),
                        ApplicationProtocols = _protocols,
                    });
                }, null);
                BytesAfter += await stream.ReadAsync(new byte[100]);
            }
            catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
            {
                // The validation has seen enough, or too much.
            }
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        Certificate?.Dispose();
    }
}
