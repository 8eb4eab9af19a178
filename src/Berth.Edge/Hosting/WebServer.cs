using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Edge.Reading;
using Berth.Edge.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Berth.Edge.Hosting;

/// <summary>Sets Kestrel up: listeners, TLS, and a limit on everything a stranger can send.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ImmutableArray<ListenOptions> _listening;

    /// <param name="options">How all doors of the edge behave.</param>
    /// <param name="ports">Which to open: number as the machine has it, and whether TLS is spoken there.</param>
    /// <param name="tls">Chooses certificates at those that speak TLS.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logs">Where the framework writes what its owner can mend.</param>
    internal WebServer(EdgeOptions options, IReadOnlyList<EdgePort> ports, TlsEntrance tls, TimeProvider time, ILoggerFactory logs)
    {
        var listening = ImmutableArray.CreateBuilder<ListenOptions>();
        // Nothing is served from a folder, and the one a command was started in may be gone.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = "/" });
        builder.Services.AddSingleton<ILoggerFactory>(new QuietFrameworkLogs(logs));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.AddHttpForwarder();
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.CreateBoundListenSocket = ListeningSocket.Open;

            // Nothing in an answer's way waits: handing it to another thread is all that would be added.
            sockets.UnsafePreferInlineScheduling = true;
        });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Configure(kestrel, options);
            foreach (var (port, address) in ports.SelectMany(_ => Addresses(options), (port, address) => (port, address)))
            {
                kestrel.Listen(address, port.Number, listen => listening.Add(port.Secure ? Secure(listen, tls) : Plain(listen)));
            }
        });
        _app = builder.Build();
        _listening = listening.ToImmutable();
        Forwarder = _app.Services.GetRequiredService<IHttpForwarder>();
    }

    internal IHttpForwarder Forwarder { get; }

    /// <summary>The port of the first door; once started, the one it really has.</summary>
    internal int FirstPort => _listening[0].IPEndPoint!.Port;

    /// <summary>The port of the last door.</summary>
    internal int LastPort => _listening[^1].IPEndPoint!.Port;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal Task StartAsync(RequestDelegate handle, CancellationToken cancel)
    {
        _app.Run(handle);
        return _app.StartAsync(cancel);
    }

    internal Task StopAsync(CancellationToken cancel) => _app.StopAsync(cancel);

    private static void Configure(KestrelServerOptions kestrel, EdgeOptions options)
    {
        kestrel.AddServerHeader = false;
        kestrel.RequestHeaderEncodingSelector = name => name == HeaderNames.ContentLength ? LengthText.Encoding : Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections ?? OpenFiles.MostConnections();
        kestrel.Limits.MaxRequestLineSize = options.MaxRequestLine;
        kestrel.Limits.MaxRequestHeadersTotalSize = options.MaxHeaderBytes;
        kestrel.Limits.MaxRequestHeaderCount = options.MaxHeaderCount;
        kestrel.Limits.MaxRequestBodySize = options.MaxRequestBodySize;
        kestrel.Limits.RequestHeadersTimeout = options.HeadersTimeout;
        kestrel.Limits.KeepAliveTimeout = options.KeepAliveTimeout;
        kestrel.Limits.Http2.MaxStreamsPerConnection = options.MaxStreamsPerConnection;
        kestrel.Limits.Http2.MaxRequestHeaderFieldSize = options.MaxHeaderBytes;

        // Uploads may pause, as they may under nginx; what trickles on for longer than that is cut off.
        kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(
            bytesPerSecond: 100, gracePeriod: TimeSpan.FromSeconds(Math.Max(5, options.ActivityTimeout.TotalSeconds)));
    }

    private static ListenOptions Plain(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        return listen;
    }

    // Challenges come ahead of HTTPS: the handshake callback does not show which protocols a hello offers.
    private static ListenOptions Secure(ListenOptions listen, TlsEntrance tls)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.Use(HandshakeGuard.Before);
        listen.Use(tls.Challenges.Before);
        listen.UseHttps(tls.ForKestrel());
        return listen;
    }

    private static ImmutableArray<IPAddress> Addresses(EdgeOptions options) => options.Addresses.IsDefaultOrEmpty
        ? [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any]
        : options.Addresses;
}
