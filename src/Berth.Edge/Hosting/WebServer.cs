using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Edge.Tls;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Yarp.ReverseProxy.Forwarder;

namespace Berth.Edge.Hosting;

/// <summary>Sets Kestrel up: listeners, TLS, and a limit on everything a stranger can send.</summary>
internal sealed class WebServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ImmutableArray<ListenOptions> _http;
    private readonly ImmutableArray<ListenOptions> _https;

    internal WebServer(EdgeOptions options, TlsEntrance tls, TimeProvider time, ILoggerFactory logs)
    {
        var (http, https) = (ImmutableArray.CreateBuilder<ListenOptions>(), ImmutableArray.CreateBuilder<ListenOptions>());
        // Nothing is served from a folder, and the one a command was started in may be gone.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = "/" });
        builder.Services.AddSingleton<ILoggerFactory>(new QuietFrameworkLogs(logs));
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        builder.Services.AddHttpForwarder();
        builder.Services.Configure<SocketTransportOptions>(sockets => sockets.CreateBoundListenSocket = ListeningSocket.Open);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            Configure(kestrel, options);
            foreach (var address in Addresses(options))
            {
                kestrel.Listen(address, options.HttpPort, listen => http.Add(Plain(listen)));
                kestrel.Listen(address, options.HttpsPort, listen => https.Add(Secure(listen, tls)));
            }
        });
        _app = builder.Build();
        (_http, _https) = (http.ToImmutable(), https.ToImmutable());
        Forwarder = _app.Services.GetRequiredService<IHttpForwarder>();
    }

    internal IHttpForwarder Forwarder { get; }

    internal int HttpPort => _http[0].IPEndPoint!.Port;

    internal int HttpsPort => _https[0].IPEndPoint!.Port;

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
        kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
        kestrel.Limits.MaxConcurrentConnections = options.MaxConnections;
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

    // TLS-ALPN-01 (RFC 8737) belongs right here, as a connection middleware ahead of UseHttps: it looks at the hello, which
    // the handshake callback does not show whole, and takes over connections that offer acme-tls/1 while a challenge is open.
    private static ListenOptions Secure(ListenOptions listen, TlsEntrance tls)
    {
        listen.Protocols = HttpProtocols.Http1AndHttp2;
        listen.UseHttps(tls.ForKestrel());
        return listen;
    }

    private static ImmutableArray<IPAddress> Addresses(EdgeOptions options) => options.Addresses.IsDefaultOrEmpty
        ? [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any]
        : options.Addresses;
}
