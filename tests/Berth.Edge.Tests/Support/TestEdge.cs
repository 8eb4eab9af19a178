using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Edge.Tests.Support;

/// <summary>A running edge on free loopback ports, its apps, and clients that reach it by any name.</summary>
internal sealed class TestEdge : IAsyncDisposable
{
    private readonly List<IAsyncDisposable> _apps = [];

    private TestEdge(EdgeOptions options, TimeProvider? time) =>
        Server = new EdgeServer(options, time ?? TimeProvider.System, NullLoggerFactory.Instance);

    internal static EdgeOptions Loopback { get; } = new()
    {
        Addresses = [IPAddress.Loopback],
        HttpPort = 0,
        HttpsPort = 0,
        StopTimeout = TimeSpan.FromSeconds(1),
    };

    internal EdgeServer Server { get; }

    internal Issuer Issuer { get; } = new();

    internal static async Task<TestEdge> StartAsync(EdgeOptions? options = null, TimeProvider? time = null)
    {
        var edge = new TestEdge(options ?? Loopback, time);
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
    internal HttpMessageInvoker Client(Action<X509Certificate2>? seen = null, TimeSpan? keep = null) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        PooledConnectionLifetime = keep ?? Timeout.InfiniteTimeSpan,
        ConnectCallback = async (context, cancel) => await ConnectAsync(context.DnsEndPoint.Port != 80, cancel),
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

    internal async Task<NetworkStream> ConnectAsync(bool https, CancellationToken cancel)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(IPAddress.Loopback, https ? Server.HttpsPort : Server.HttpPort, cancel);
        return new NetworkStream(socket, ownsSocket: true);
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
