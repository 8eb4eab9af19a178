using System.Collections.Immutable;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.Domains;
using Berth.Platform.Processes;

namespace Berth.Platform.Routing;

/// <summary>Tells the edge what the files and the scheduler say: an app's names, its certificate, its live targets.</summary>
public sealed class RoutePublisher(
    AppCatalog apps, DomainStore domains, CertificateFiles certificates, IScheduler scheduler, EdgeServer edge)
{
    private readonly Lock _publishing = new();
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
            var hosts = apps.Exists(app) ? HostsOf(app, targets) : [];
            edge.Update(snapshot => snapshot.WithApp(app, hosts.Where(pair => IsFree(snapshot, pair.Key, app))));
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

    /// <summary>Where visitors reach the app, HTTPS where its certificate covers the name.</summary>
    public IReadOnlyList<string> UrlsOf(AppName app)
    {
        var names = certificates.Exists(app) ? certificates.Facts(app)?.Names ?? [] : [];
        return [.. domains.DomainsOf(app).Where(domain => !domain.IsWildcard).Select(domain => CertificateNames.Cover(names, domain)
            ? Url("https", domain, edge.HttpsPort, 443)
            : Url("http", domain, edge.HttpPort, 80))];
    }

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
    private bool IsFree(EdgeSnapshot snapshot, DomainName name, AppName app) =>
        snapshot.Hosts[name] is not { } host || host.App == app || !apps.Exists(host.App);

    private ImmutableArray<KeyValuePair<DomainName, EdgeHost>> HostsOf(AppName app, AppTargets live)
    {
        var facts = certificates.Exists(app) ? certificates.Facts(app) : null;
        var certificate = facts is null
            ? null
            : EdgeCertificate.FromReader(
                $"{certificates.CertificatePath(app)} ({facts.Serial})",
                () => (certificates.ReadCertificate(app) ?? "", certificates.ReadKey(app) ?? ""));
        ImmutableArray<EdgeTarget> targets =
            [.. live.Targets.Select(target => EdgeTarget.Parse($"http://{target.Address}"))];
        return [.. domains.DomainsOf(app).Select(domain => KeyValuePair.Create(domain, new EdgeHost
        {
            App = app,
            Targets = targets,
            Certificate = CertificateNames.Cover(facts?.Names ?? [], domain) ? certificate : null,
            HttpsPort = edge.HttpsPort,
        }))];
    }

    private static string Url(string scheme, DomainName domain, int port, int usual) =>
        port == usual ? $"{scheme}://{domain}" : $"{scheme}://{domain}:{port}";
}
