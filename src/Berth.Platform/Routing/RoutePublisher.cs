using System.Collections.Immutable;
using System.Net;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.Domains;
using Berth.Platform.Nginx;
using Berth.Platform.Ports;
using Berth.Platform.Processes;
using Berth.Platform.Proxy;

namespace Berth.Platform.Routing;

/// <summary>
/// Tells the edge what the files and the scheduler say: an app's names and ports, its certificate, its live targets, its settings.
/// An app whose proxy is disabled has none of it.
/// </summary>
public sealed class RoutePublisher(
    AppCatalog apps,
    DomainStore domains,
    CertificateFiles certificates,
    PortPlan ports,
    ProxySettings proxy,
    NginxSettings settings,
    AppUrls urls,
    IScheduler scheduler,
    EdgeServer edge)
{
    private const int Http = 80;
    private const int Https = 443;

    private readonly Lock _publishing = new();

    /// <summary>Where an app is reached that the scheduler does not run: the containers of a taken-over Dokku server.</summary>
    public Func<AppName, IEnumerable<IPEndPoint>> Otherwise { get; init; } = _ => [];

    private readonly Dictionary<AppName, AppTargets> _published = [];

    /// <summary>Makes the edge match one app's state now; an app that is gone loses its names.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="about">Targets that the scheduler is just about to make current; null asks it.</param>
    public void Publish(AppName app, AppTargets? about = null)
    {
        // Reading and publishing are one step, or an older reading could overwrite a newer one.
        lock (_publishing)
        {
            var targets = Newest(about ?? scheduler.TargetsOf(app));
            if (!apps.Exists(app) || !proxy.IsEnabled(app))
            {
                edge.Update(snapshot => snapshot.WithoutApp(app));
                return;
            }

            var (hosts, otherwise) = HostsOf(app, targets);
            edge.Update(snapshot => snapshot.WithApp(
                app, hosts.Where(pair => IsFree(snapshot.Hosts[pair.Key], app)), Free(snapshot, otherwise)));
        }
    }

    /// <summary>Publishes every app; one that cannot be read is told of and keeps no other from its visitors.</summary>
    /// <param name="failed">Called with the app and what was found.</param>
    public void PublishAll(Action<AppName, Problem> failed)
    {
        foreach (var app in apps.List())
        {
            try
            {
                Publish(app);
            }
            catch (ProblemException e)
            {
                failed(app, e.Problem);
            }
        }
    }

    /// <summary>Where visitors reach the app by its own domains.</summary>
    public IReadOnlyList<string> UrlsOf(AppName app) => urls.ReachableOf(app);

    /// <summary>The doors of the edge that the app's port mappings ask for.</summary>
    public ImmutableArray<EdgePort> DoorsOf(AppName app) =>
        [.. ports.EffectiveOf(app).Where(mapping => mapping.IsServed).Select(DoorOf).Distinct()];

    // 80 and 443 are the main doors wherever these are: a trial of another user's has them at 8080 and 8443.
    private EdgePort DoorOf(PortMapping mapping) => (mapping.IsHttps, mapping.HostPort) switch
    {
        (false, Http) => EdgePort.Http,
        (true, Https) => EdgePort.Https,
        (false, var port) when port == edge.HttpPort => EdgePort.Http,
        (true, var port) when port == edge.HttpsPort => EdgePort.Https,
        (var secure, var port) => new EdgePort(port, secure),
    };

    // During a swap the edge learns of the new targets first; a question in between must not bring the old ones back.
    private AppTargets Newest(AppTargets targets)
    {
        if (!_published.TryGetValue(targets.App, out var last) || targets.Version >= last.Version)
        {
            _published[targets.App] = targets;
            return targets;
        }

        return last;
    }

    // A name written into two apps' files by hand stays with the one that has it.
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

    private (ImmutableArray<KeyValuePair<DomainName, EdgeHost>> Hosts, EdgeHost? Otherwise) HostsOf(AppName app, AppTargets live)
    {
        var (facts, fromAcme) = certificates.Exists(app) ? certificates.InServiceOf(app) : new InService(null, FromAcme: false);
        var certificate = facts is null
            ? null
            : EdgeCertificate.FromReader(
                $"{certificates.CertificatePath(app)} ({certificates.VersionOf(app, facts)})",
                () => (certificates.ReadCertificate(app) ?? "", certificates.ReadKey(app) ?? ""));
        var addresses = live.Targets.IsEmpty ? Otherwise(app) : live.Targets.Select(target => target.Address);
        var doors = DoorsOf(app);
        var host = settings.Apply(new EdgeHost
        {
            App = app,
            Targets = [.. addresses.Select(address => EdgeTarget.Parse($"http://{address}"))],
            Ports = doors,
            HttpsPort = HttpsPortOf(doors),
            KeepsHttp = !doors.Any(door => door.Secure),
        });
        var names = domains.DomainsOf(app);
        return (
            [.. names.Select(domain => KeyValuePair.Create(domain, Named(host, domain, certificate, CertificateNames.Cover(facts?.Names ?? [], domain), fromAcme)))],
            Rest(app, host with { Certificate = certificate, KeepsHttp = true, StrictTransportSecurity = null }, names.Count));
    }

    /// <summary>
    /// A certificate serves the names it covers. One that its owner installed is shown for the app's other names too, as they asked for;
    /// only nobody is sent there from HTTP.
    /// </summary>
    private EdgeHost Named(EdgeHost host, DomainName domain, EdgeCertificate? certificate, bool covered, bool fromAcme) => host with
    {
        Certificate = covered || !fromAcme ? certificate : null,
        KeepsHttp = host.KeepsHttp || !covered,
        StrictTransportSecurity = covered && !IsTrial(domain) ? host.StrictTransportSecurity : null,
    };

    /// <summary>
    /// What an app does for names that nobody has: with the domain <c>_</c> at all its doors; without any domain at those that are its
    /// own, for at a main door it would take what others may want.
    /// </summary>
    private EdgeHost? Rest(AppName app, EdgeHost host, int names)
    {
        ImmutableArray<EdgePort> doors = domains.CatchesAll(app) ? host.Ports
            : names == 0 ? [.. host.Ports.Where(door => door.IsExtra)]
            : [];
        return doors.IsEmpty ? null : host with { Ports = doors };
    }

    private int HttpsPortOf(ImmutableArray<EdgePort> doors) =>
        doors.Where(door => door.Secure && door.IsExtra).Select(door => door.Number).Order().FirstOrDefault() is > 0 and var port && !doors.Contains(EdgePort.Https)
            ? port
            : edge.HttpsPort;

    // The header would send browsers from http://x.localhost:8080 to https on that same port, where nobody speaks it.
    private bool IsTrial(DomainName domain) => domain.IsLocalhost && edge.HttpsPort != Https;
}
