using System.Globalization;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.Domains;
using Berth.Platform.Ports;
using Berth.Storage;

namespace Berth.Platform.Routing;

/// <summary>The addresses an app is reached at: each of its domains on each of its ports.</summary>
public sealed class AppUrls(DomainStore domains, PortPlan ports, CertificateFiles certificates, IStateStore store, EdgeServer edge)
{
    private const int Http = 80;
    private const int Https = 443;

    /// <returns>In ordinal order; the server's own name stands in where the app has no domain.</returns>
    public IReadOnlyList<string> AllOf(AppName app) =>
        [.. UrlsOf(app, NamesOf(app)).Distinct().Order(StringComparer.Ordinal)];

    /// <returns>The addresses by the app's own domains; none when it has none.</returns>
    public IReadOnlyList<string> ReachableOf(AppName app) =>
        [.. UrlsOf(app, OwnNamesOf(app)).Distinct().Order(StringComparer.Ordinal)];

    /// <returns>The one to give to people: over HTTPS once the app has a certificate.</returns>
    public string? BestOf(AppName app)
    {
        var all = UrlsOf(app, NamesOf(app)).ToArray();
        var scheme = certificates.Exists(app) ? "https://" : "http://";
        var fitting = all.Where(url => url.StartsWith(scheme, StringComparison.Ordinal)).ToArray();
        return fitting.FirstOrDefault(url => url.LastIndexOf(':') < scheme.Length) ?? fitting.FirstOrDefault() ?? all.FirstOrDefault();
    }

    private IEnumerable<string> UrlsOf(AppName app, string[] names) =>
        ports.EffectiveOf(app).Where(mapping => mapping.IsServed).SelectMany(mapping => names.Select(name => Url(mapping, name)));

    private string Url(PortMapping mapping, string name)
    {
        var usual = mapping.IsHttps ? Https : Http;
        var port = mapping.HostPort != usual ? mapping.HostPort : mapping.IsHttps ? edge.HttpsPort : edge.HttpPort;
        return string.Create(CultureInfo.InvariantCulture, $"{mapping.Scheme}://{name}{(port == usual ? "" : $":{port}")}");
    }

    private string[] NamesOf(AppName app) => OwnNamesOf(app) is { Length: > 0 } names ? names : [ServerName];

    private string[] OwnNamesOf(AppName app) =>
        [.. domains.DomainsOf(app).Where(domain => !domain.IsWildcard).Select(domain => domain.UrlHost)];

    private string ServerName => store.Read(StatePath.Home("HOSTNAME"))?.Trim() is { Length: > 0 } name
        ? Printable.Of(name.Split('\n')[0])
        : Environment.MachineName;
}
