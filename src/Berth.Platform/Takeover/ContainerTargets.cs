using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.Routing;

namespace Berth.Platform.Takeover;

/// <summary>
/// Where apps that Dokku started are reached, until Berth deploys them. An address counts only while Docker says that it is the app's
/// container (where there is a Docker to ask) and something accepts connections there.
/// </summary>
public sealed class ContainerTargets(AppCatalog apps, KnownApps known, ContainerFiles files, ReleaseStore releases, DockerSocket docker)
{
    private const int AtOnce = 16;

    // How many apps that had no containers are looked at again at each look.
    private const int ATurn = 2_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);
    private readonly ConcurrentDictionary<AppName, ImmutableArray<IPEndPoint>> _known = new();

    /// <summary>As the last look found it.</summary>
    public ImmutableArray<IPEndPoint> Of(AppName app) => _known.GetValueOrDefault(app, []);

    private int _turn;

    /// <summary>Looks at all apps that had containers, and at the others in turn.</summary>
    /// <returns>Those whose targets are not what they were.</returns>
    public async Task<IReadOnlyCollection<AppName>> LookAsync(CancellationToken cancel)
    {
        var changed = new ConcurrentBag<AppName>();
        await Parallel.ForEachAsync(
            Due(),
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (app, token) =>
            {
                var now = await LookAtAsync(app, token);
                if (!now.SequenceEqual(Of(app)))
                {
                    _known[app] = now;
                    changed.Add(app);
                }
            });
        return changed;
    }

    /// <summary>Looks at one app now.</summary>
    public async Task<ImmutableArray<IPEndPoint>> LookAtAsync(AppName app, CancellationToken cancel)
    {
        var found = ImmutableArray.CreateBuilder<IPEndPoint>();
        foreach (var container in ContainersOf(app))
        {
            if (await AddressOfAsync(container, cancel) is { } address && await AnswersAsync(address, cancel))
            {
                found.Add(address);
            }
        }

        return found.ToImmutable();
    }

    /// <summary>The containers an app has only from Dokku; none once Berth has deployed it.</summary>
    public IReadOnlyList<DokkuContainer> ContainersOf(AppName app)
    {
        try
        {
            return files.HasAny(app) && releases.Current(app) is null ? files.Of(app) : [];
        }
        catch (ProblemException)
        {
            // A file that cannot be read describes no container.
            return [];
        }
    }

    private HashSet<AppName> Due()
    {
        var all = apps.List();
        var turn = Enumerable.Range(_turn, Math.Min(ATurn, all.Count)).Select(place => all[place % all.Count]);
        _turn = all.Count == 0 ? 0 : (_turn + ATurn) % all.Count;
        return [.. all.Where(app => known.Find(app) is { HasContainers: true }), .. _known.Keys, .. turn];
    }

    private async Task<IPEndPoint?> AddressOfAsync(DokkuContainer container, CancellationToken cancel)
    {
        if (!docker.IsThere || await docker.AddressesOfAsync(container.Id, cancel) is not { } addresses)
        {
            return container.Address;
        }

        var now = addresses.Contains(container.Address.Address) ? container.Address.Address : addresses.Count > 0 ? addresses[0] : null;
        return now is null ? null : new IPEndPoint(now, container.Address.Port);
    }

    private static async Task<bool> AnswersAsync(IPEndPoint address, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(address, limit.Token);
            return true;
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return false;
        }
    }
}
