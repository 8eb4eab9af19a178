using System.Net;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.TestKit;

/// <summary>A certificate authority of one test's own: free ports, a scratch folder, loopback addresses allowed.</summary>
public sealed class AuthorityInScratch : IAsyncDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;

    private AuthorityInScratch(Func<AuthorityOptions, AuthorityOptions>? change, TimeProvider? time, ILoggerFactory? logs)
    {
        (_time, _logs) = (time ?? TimeProvider.System, logs ?? NullLoggerFactory.Instance);
        var plain = new AuthorityOptions
        {
            DataFolder = _folder["authority"],
            // The same over restarts, and nobody else's in between.
            Listen = [new IPEndPoint(IPAddress.Loopback, FreePort.Next())],
            ListenHttp = new IPEndPoint(IPAddress.Loopback, 0),
            AllowPrivateAddresses = true,
            ValidationRetries = [],
        };
        Options = change is null ? plain : change(plain);
        Server = new AuthorityServer(Options, _time, _logs);
    }

    public AuthorityOptions Options { get; private set; }

    public AuthorityServer Server { get; private set; }

    /// <summary>A path in the scratch folder.</summary>
    public string this[string relative] => _folder[relative];

    public static async Task<AuthorityInScratch> StartAsync(
        Func<AuthorityOptions, AuthorityOptions>? change = null, TimeProvider? time = null, ILoggerFactory? logs = null)
    {
        var authority = new AuthorityInScratch(change, time, logs);
        await authority.Server.StartAsync(CancellationToken.None);
        return authority;
    }

    /// <summary>Stops the server and starts another on the same data and the same port.</summary>
    public async Task RestartAsync(Func<AuthorityOptions, AuthorityOptions>? change = null)
    {
        await Server.DisposeAsync();
        Options = change is null ? Options : change(Options);
        Server = new AuthorityServer(Options, _time, _logs);
        await Server.StartAsync(CancellationToken.None);
    }

    /// <summary>A client that trusts this authority's root and nothing else.</summary>
    public HttpClient NewHttpClient()
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.Add(Server.Root);
        return new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            SslOptions = { CertificateChainPolicy = policy },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
