using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Edge.Tests.Support;

/// <summary>A running edge on free loopback ports, its apps, and clients that reach it by any name.</summary>
internal sealed class TestEdge : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _apps = [];

    private TestEdge(EdgeOptions options, TimeProvider? time, ILoggerFactory? logs) =>
        Server = new EdgeServer(options, time ?? TimeProvider.System, logs ?? NullLoggerFactory.Instance);

    internal static EdgeOptions Loopback { get; } = new()
    {
        Addresses = [IPAddress.Loopback],
        HttpPort = 0,
        HttpsPort = 0,
        StopTimeout = TimeSpan.FromSeconds(1),
    };

    internal EdgeServer Server { get; }

    internal Issuer Issuer { get; } = new();

    internal static async Task<TestEdge> StartAsync(
        EdgeOptions? options = null, TimeProvider? time = null, ILoggerFactory? logs = null)
    {
        var edge = new TestEdge(options ?? Loopback, time, logs);
        await edge.Server.StartAsync(TestContext.Current.CancellationToken);
        return edge;
    }

    /// <summary>Keeps an app until the edge goes.</summary>
    internal async Task<EdgeTarget> RunAsync(Task<Backend> starting)
    {
        var app = await starting;
        _apps.Add(app);
        return app.Target;
    }

    /// <summary>Gives the app named like the host's first label this one host.</summary>
    internal void Host(string name, EdgeCertificate? certificate, params EdgeTarget[] targets) =>
        Host(name, new EdgeHost { App = AppOf(name), Targets = [.. targets], Certificate = certificate });

    internal void Host(string name, EdgeHost host) => Server.Update(snapshot =>
        snapshot.WithApp(host.App, [KeyValuePair.Create(DomainName.Parse(name), host)]));

    internal static AppName AppOf(string name) => AppName.Parse(name.TrimStart('*', '.').Split('.')[0]);

    /// <summary>A client to which every name in the world is this edge. Redirects are shown, not followed.</summary>
    /// <param name="seen">Told of each certificate shown.</param>
    /// <param name="keep">How long connections are used again.</param>
    /// <param name="port">The port of this machine that every address leads to; null takes the main one of its scheme.</param>
    internal HttpMessageInvoker Client(Action<X509Certificate2>? seen = null, TimeSpan? keep = null, int? port = null) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = keep ?? Timeout.InfiniteTimeSpan,
        ConnectCallback = async (context, cancel) => port is { } extra
            ? await ConnectAsync(extra, cancel)
            : await ConnectAsync(context.DnsEndPoint.Port != 80, cancel),
        SslOptions = new()
        {
            // Any certificate will do: which one it was is what tests ask.
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            {
                seen?.Invoke((X509Certificate2)certificate!);
                return certificate is not null;
            },
        },
    });

    internal Task<NetworkStream> ConnectAsync(bool https, CancellationToken cancel) =>
        ConnectAsync(https ? Server.HttpsPort : Server.HttpPort, cancel);

    internal static async Task<NetworkStream> ConnectAsync(int port, CancellationToken cancel, IPAddress? address = null)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address ?? IPAddress.Loopback, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        foreach (var app in _apps)
        {
            await app.DisposeAsync();
        }

        Issuer.Dispose();
    }
}
