using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority;
using Berth.Edge;
using Berth.Kernel;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>Berth's own authority inside the daemon: on this machine only, proving names at the edge's own ports.</summary>
internal sealed class BuiltInAuthority : IAsyncDisposable
{
    private const int UsualPort = 8444;
    private readonly AuthorityServer _server;

    private BuiltInAuthority(AuthorityServer server) => _server = server;

    public Uri Directory => _server.Directory;

    public X509Certificate2 Root => _server.Root;

    public string RootPath => _server.RootPath;

    /// <summary>Starts on the port it had last, so that accounts and orders keep their addresses; on a free one when that is taken.</summary>
    public static async Task<BuiltInAuthority> StartAsync(
        StateRoots roots, int? port, EdgeOptions edge, ILoggerFactory logs, CancellationToken cancel)
    {
        BuiltInAuthority started;
        try
        {
            started = await StartOnAsync(roots, port ?? LastPort(roots) ?? UsualPort, edge, logs, cancel);
        }
        catch (ProblemException e) when (port is null && e.Problem.Code == AuthorityProblems.PortTaken)
        {
            started = await StartOnAsync(roots, 0, edge, logs, cancel);
        }

        AtomicFile.Write(PortFile(roots), started.Directory.Port.ToString(CultureInfo.InvariantCulture));
        return started;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string PortFile(StateRoots roots) => $"{roots.Lib}/data/authority/port";

    /// <returns>The port it listened on last; null where that is not known.</returns>
    public static int? LastPort(StateRoots roots)
    {
        try
        {
            return int.TryParse(PlainFile.Read(PortFile(roots)), NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= 65535
                ? port
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static async Task<BuiltInAuthority> StartOnAsync(
        StateRoots roots, int port, EdgeOptions edge, ILoggerFactory logs, CancellationToken cancel)
    {
        var server = new AuthorityServer(
            CaSettings.Load($"{roots.Lib}/data/authority") with
            {
                Listen = ImmutableArray.Create(new IPEndPoint(IPAddress.Loopback, port)),
                HttpPort = edge.HttpPort,
                HttpsPort = edge.HttpsPort,
                AllowPrivateAddresses = true,
                // The daemon that asks is the one that answers: nothing needs time to spread.
                ValidationRetries = [],
            },
            TimeProvider.System,
            logs);
        try
        {
            await server.StartAsync(cancel);
            return new BuiltInAuthority(server);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }
}
