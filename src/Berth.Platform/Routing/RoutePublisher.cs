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

    /// <summary>Makes the edge match one app's state now; an app that is gone loses its names.</summary>
    public void Publish(AppName app) => Publish(app, scheduler.TargetsOf(app));

    /// <summary>As above, with targets that the scheduler is just about to make current.</summary>
    public void Publish(AppName app, AppTargets targets)
    {
        // Reading and publishing are one step, or an older reading could overwrite a newer one.
        lock (_publishing)
        {
            var hosts = apps.Exists(app) ? HostsOf(app, targets) : [];
            edge.Update(snapshot => snapshot.WithApp(app, hosts.Where(pair => IsFree(snapshot, pair.Key, app))));
        }
    }

    public void PublishAll()
    {
        foreach (var app in apps.List())
        {
            Publish(app);
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

    // A name written into two apps' files by hand stays with the one that has it.
    private bool IsFree(EdgeSnapshot snapshot, DomainName name, AppName app) =>
        snapshot.Hosts[name] is not { } host || host.App == app || !apps.Exists(host.App);

    private ImmutableArray<KeyValuePair<DomainName, EdgeHost>> HostsOf(AppName app, AppTargets live)
    {
        var facts = certificates.Exists(app) ? certificates.Facts(app) : null;
        var certificate = facts is null
            ? null
            : EdgeCertificate.FromFiles(facts.Serial, certificates.CertificatePath(app), certificates.KeyPath(app));
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
