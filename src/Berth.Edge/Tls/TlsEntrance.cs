using System.Net;
using System.Net.Security;
using Berth.Edge.Hosts;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Tls;

/// <summary>From the name in a TLS hello to the certificate: the name's own, or the fallback, never another app's.</summary>
internal sealed class TlsEntrance(EdgePort port, CurrentSnapshot current, CertificateStore certificates, EdgeOptions options, ILogger logger)
{
    /// <summary>What looks at connections before.</summary>
    internal ChallengeEntrance Challenges { get; } = new(current, options, logger);

    internal TlsHandshakeCallbackOptions ForKestrel() => new()
    {
        OnConnection = context => ChooseAsync(
            context.ClientHelloInfo.ServerName, (context.Connection.LocalEndPoint as IPEndPoint)?.Address, context.CancellationToken),
        HandshakeTimeout = options.HandshakeTimeout,
    };

    private ValueTask<SslServerAuthenticationOptions> ChooseAsync(string serverName, IPAddress? local, CancellationToken cancel) =>
        certificates.GetAsync(current.Value.Find(port, HostLine.OfTls(serverName), local)?.Certificate, cancel);
}
