using System.Collections.Immutable;
using System.Net;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.Nginx;
using Berth.Platform.Ports;
using Berth.Platform.Processes;
using Berth.Platform.Proxy;
using Berth.Storage;

namespace Berth.Platform.Routing;

/// <summary>
/// Tells the edge what the files and the scheduler say: an app's names and ports, its certificate, its live targets, its settings.
/// An app whose proxy is disabled has none of it.
/// </summary>
public sealed class RoutePublisher(
    AppCatalog apps,
    KnownApps known,
    AppReader reader,
    CertificateFiles certificates,
    PortPlan ports,
    ProxySettings proxy,
    NginxSettings settings,
    AppUrls urls,
    IScheduler scheduler,
    EdgeServer edge)
{
    private readonly Lock _publishing = new();
    private readonly RouteHosts _hosts = new(ports, settings, certificates, edge);
    private readonly Dictionary<AppName, AppTargets> _published = [];

    /// <summary>Where an app is reached that the scheduler does not run: the containers of a taken-over Dokku server.</summary>
    public Func<AppName, IEnumerable<IPEndPoint>> Otherwise { get; init; } = _ => [];

    /// <summary>Makes the edge match one app's state now; an app that is gone loses its names.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="about">Targets that the scheduler is just about to make current; null asks it.</param>
    public void Publish(AppName app, AppTargets? about = null)
    {
        // Reading and publishing are one step, or an older reading could overwrite a newer one.
        lock (_publishing)
        {
            using var now = apps.AsOfNow();
            var targets = Newest(about ?? scheduler.TargetsOf(app));
            if (!apps.Exists(app))
            {
                known.Forget(app);
                edge.Update(snapshot => snapshot.WithoutApp(app));
                return;
            }

            Publish(app, known.Of(app, () => reader.Read(app)), targets);
        }
    }

    /// <summary>Publishes every app; one that cannot be read is told of and keeps no other from its visitors.</summary>
    /// <param name="failed">Called with the app and what was found, by any thread.</param>
    /// <param name="unread">Called with each app whose files are not as they were when they were last read, before they are read; by any thread.</param>
    public void PublishAll(Action<AppName, Problem> failed, Action<AppName>? unread = null)
    {
        lock (_publishing)
        {
            var (alike, others) = Sorted(FactsOfAll(failed, unread));
            PublishAlike(alike, Holders([.. alike, .. others.Where(pair => IsServed(pair.App))]), failed);
            foreach (var (app, facts) in others)
            {
                Try(() => Publish(app, facts, Newest(scheduler.TargetsOf(app))), app, failed);
            }
        }
    }

    /// <summary>Where visitors reach the app by its own domains.</summary>
    public IReadOnlyList<string> UrlsOf(AppName app) => urls.ReachableOf(app);

    /// <summary>The doors of the edge that the app's port mappings ask for.</summary>
    public ImmutableArray<EdgePort> DoorsOf(AppName app) => _hosts.DoorsOf(app);

    private void Publish(AppName app, AppFacts facts, AppTargets targets)
    {
        if (!proxy.IsEnabled(app))
        {
            edge.Update(snapshot => snapshot.WithoutApp(app));
            return;
        }

        var (hosts, otherwise) = _hosts.Of(app, facts, _hosts.SettledOf(app), AddressesOf(app, targets));
        edge.Update(snapshot => snapshot.WithApp(
            app, hosts.Where(pair => IsFree(snapshot.Hosts[pair.Key], app)), Free(snapshot, otherwise)));
    }

    private List<(AppName App, AppFacts Facts)> FactsOfAll(Action<AppName, Problem> failed, Action<AppName>? unread)
    {
        var all = apps.List();
        var facts = known.Unchanged(all);
        Parallel.For(0, all.Count, i =>
        {
            if (facts[i] is null)
            {
                using var pass = SinglePass.OverMany(all[i].Text, all.Count);
                using var now = apps.AsOfNow();
                unread?.Invoke(all[i]);
                Try(() => facts[i] = known.Of(all[i], () => reader.Read(all[i])), all[i], failed);
            }
        });
        return [.. all.Zip(facts).Where(pair => pair.Second is not null).Select(pair => (pair.First, pair.Second!))];
    }

    /// <returns>The apps that set nothing of their own and so are like one another, and the others.</returns>
    private (List<(AppName App, AppFacts Facts)> Alike, List<(AppName App, AppFacts Facts)> Others) Sorted(List<(AppName App, AppFacts Facts)> all)
    {
        HashSet<string> owners;
        try
        {
            owners = new(ports.Owners.Concat(proxy.Owners).Concat(settings.Owners), StringComparer.Ordinal);
        }
        catch (ProblemException)
        {
            // A folder that cannot be listed: each app is told of.
            return ([], all);
        }

        var takers = edge.Snapshot.Otherwise.Values.Select(host => host.App).ToHashSet();
        var sorted = all.ToLookup(pair =>
            pair.Facts is { HasVariables: false, CatchesAll: false } && !owners.Contains(pair.App.Text) && !takers.Contains(pair.App));
        return ([.. sorted[true]], [.. sorted[false]]);
    }

    private void PublishAlike(
        List<(AppName App, AppFacts Facts)> alike, Dictionary<DomainName, AppName> holders, Action<AppName, Problem> failed)
    {
        var usual = new EdgeHost?[2];
        var bulk = new List<KeyValuePair<AppName, ImmutableArray<KeyValuePair<DomainName, EdgeHost>>>>(alike.Count);
        foreach (var (app, facts) in alike)
        {
            try
            {
                var settled = usual[facts.HasPair ? 1 : 0] ??= _hosts.UsualOf(app, facts.HasPair);
                var (hosts, otherwise) = _hosts.Of(app, facts, settled, AddressesOf(app, Newest(scheduler.TargetsOf(app))));
                if (otherwise is null)
                {
                    bulk.Add(KeyValuePair.Create(app, HeldBy(app, hosts, holders)));
                }
                else
                {
                    edge.Update(snapshot => snapshot.WithApp(app, [], Free(snapshot, otherwise)));
                }
            }
            catch (ProblemException e)
            {
                failed(app, e.Problem);
            }
        }

        edge.Update(snapshot => snapshot.WithApps(bulk));
    }

    private static ImmutableArray<KeyValuePair<DomainName, EdgeHost>> HeldBy(
        AppName app, ImmutableArray<KeyValuePair<DomainName, EdgeHost>> hosts, Dictionary<DomainName, AppName> holders)
    {
        foreach (var (name, _) in hosts)
        {
            if (holders[name] != app)
            {
                return hosts.RemoveAll(pair => holders[pair.Key] != app);
            }
        }

        return hosts;
    }

    private bool IsServed(AppName app)
    {
        try
        {
            return proxy.IsEnabled(app);
        }
        catch (ProblemException)
        {
            // What it has now it keeps.
            return true;
        }
    }

    // A name written into two apps' files by hand stays with the one that has it.
    private Dictionary<DomainName, AppName> Holders(List<(AppName App, AppFacts Facts)> all)
    {
        var (hosts, holders) = (edge.Snapshot.Hosts, new Dictionary<DomainName, AppName>(all.Count));
        foreach (var (app, facts) in all)
        {
            foreach (var name in facts.Names)
            {
                if (!holders.TryAdd(name, app) && hosts[name]?.App == app)
                {
                    holders[name] = app;
                }
            }
        }

        return holders;
    }

    private IEnumerable<IPEndPoint> AddressesOf(AppName app, AppTargets live) =>
        live.Targets.IsEmpty ? Otherwise(app) : live.Targets.Select(target => target.Address);

    // During a swap the edge learns of the new targets first; a question in between must not bring the old ones back.
    private AppTargets Newest(AppTargets targets)
    {
        if (_published.TryGetValue(targets.App, out var last) && targets.Version < last.Version)
        {
            return last;
        }

        if (targets.Version > 0)
        {
            _published[targets.App] = targets;
        }

        return targets;
    }

    private bool IsFree(EdgeHost? host, AppName app) => host is null || host.App == app || !apps.Exists(host.App);

    private EdgeHost? Free(EdgeSnapshot snapshot, EdgeHost? otherwise)
    {
        if (otherwise is null)
        {
            return null;
        }

        ImmutableArray<EdgePort> free = [.. otherwise.Ports.Where(port => IsFree(snapshot.Otherwise.GetValueOrDefault(port), otherwise.App))];
        return free.IsEmpty ? null : otherwise with { Ports = free };
    }

    private static void Try(Action publish, AppName app, Action<AppName, Problem> failed)
    {
        try
        {
            publish();
        }
        catch (ProblemException e)
        {
            failed(app, e.Problem);
        }
    }
}
