using System.Collections.Immutable;
using System.Net;
using System.Runtime.InteropServices;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Nginx;
using Berth.Platform.Ports;

namespace Berth.Platform.Routing;

/// <summary>What the edge is to do for an app: hosts made from what its files say, the doors it asks for and its settings.</summary>
/// <param name="ports">Which doors.</param>
/// <param name="settings">How it answers.</param>
/// <param name="certificates">Where the edge reads certificates.</param>
/// <param name="edge">Which port is which.</param>
internal sealed class RouteHosts(PortPlan ports, NginxSettings settings, ICertificateSource certificates, EdgeServer edge)
{
    private const int Http = 80;
    private const int Https = 443;

    /// <summary>The doors of the edge that the app's port mappings ask for.</summary>
    public ImmutableArray<EdgePort> DoorsOf(AppName app) => DoorsOf(ports.EffectiveOf(app));

    /// <summary>A host as the app's settings have it, without targets and certificate.</summary>
    public EdgeHost SettledOf(AppName app) => settings.Apply(Bare(app, DoorsOf(app)));

    /// <summary>A host as every app has it that has set nothing.</summary>
    /// <param name="app">One of them.</param>
    /// <param name="hasCertificate">Whether they have one.</param>
    public EdgeHost UsualOf(AppName app, bool hasCertificate) => settings.Apply(Bare(app, DoorsOf(ports.UsualOf(hasCertificate))), own: false);

    /// <summary>What the app has: its names, and what it does for names that nobody has.</summary>
    /// <param name="app">Which.</param>
    /// <param name="facts">What its files say.</param>
    /// <param name="settled">As <see cref="SettledOf"/> or <see cref="UsualOf"/> gave it.</param>
    /// <param name="addresses">Where its processes are.</param>
    public (ImmutableArray<KeyValuePair<DomainName, EdgeHost>> Hosts, EdgeHost? Otherwise) Of(
        AppName app, AppFacts facts, EdgeHost settled, IEnumerable<IPEndPoint> addresses)
    {
        var certificate = facts.Certificate == 0 ? null : EdgeCertificate.Of(certificates, app, facts.Certificate);
        ImmutableArray<EdgeTarget> targets = [.. addresses.Select(address => EdgeTarget.Parse($"http://{address}"))];
        var hosts = new KeyValuePair<DomainName, EdgeHost>[facts.Names.Length];
        for (var i = 0; i < hosts.Length; i++)
        {
            hosts[i] = KeyValuePair.Create(facts.Names[i], Named(app, settled, facts.Names[i], certificate, facts, targets));
        }

        return (
            ImmutableCollectionsMarshal.AsImmutableArray(hosts),
            Rest(facts, settled.Ports) is { IsEmpty: false } doors
                ? settled with { App = app, Targets = targets, Certificate = certificate, Ports = doors, KeepsHttp = true, StrictTransportSecurity = null }
                : null);
    }

    private ImmutableArray<EdgePort> DoorsOf(ImmutableArray<PortMapping> mappings) =>
        [.. mappings.Where(mapping => mapping.IsServed).Select(DoorOf).Distinct()];

    private EdgeHost Bare(AppName app, ImmutableArray<EdgePort> doors) => new()
    {
        App = app,
        Targets = [],
        Ports = doors,
        HttpsPort = HttpsPortOf(doors),
        KeepsHttp = !doors.Any(door => door.Secure),
    };

    /// <summary>
    /// A certificate serves the names it covers. One that its owner installed is shown for the app's other names too, as they asked for;
    /// only nobody is sent there from HTTP.
    /// </summary>
    private EdgeHost Named(AppName app, EdgeHost host, DomainName name, EdgeCertificate? certificate, AppFacts facts, ImmutableArray<EdgeTarget> targets)
    {
        var covered = !facts.Uncovered.Contains(name);
        return host with
        {
            App = app,
            Targets = targets,
            Certificate = covered || !facts.IsFromAcme ? certificate : null,
            KeepsHttp = host.KeepsHttp || !covered,
            StrictTransportSecurity = covered && !IsTrial(name) ? host.StrictTransportSecurity : null,
        };
    }

    /// <summary>
    /// What an app does for names that nobody has: with the domain <c>_</c> at all its doors; without any domain at those that are its
    /// own, for at a main door it would take what others may want.
    /// </summary>
    private static ImmutableArray<EdgePort> Rest(AppFacts facts, ImmutableArray<EdgePort> doors) => facts.CatchesAll ? doors
        : facts.Names.IsEmpty ? [.. doors.Where(door => door.IsExtra)]
        : [];

    // 80 and 443 are the main doors wherever these are: a trial of another user's has them at 8080 and 8443.
    private EdgePort DoorOf(PortMapping mapping) => (mapping.IsHttps, mapping.HostPort) switch
    {
        (false, Http) => EdgePort.Http,
        (true, Https) => EdgePort.Https,
        (false, var port) when port == edge.HttpPort => EdgePort.Http,
        (true, var port) when port == edge.HttpsPort => EdgePort.Https,
        (var secure, var port) => new EdgePort(port, secure),
    };

    private int HttpsPortOf(ImmutableArray<EdgePort> doors) =>
        doors.Where(door => door.Secure && door.IsExtra).Select(door => door.Number).Order().FirstOrDefault() is > 0 and var port && !doors.Contains(EdgePort.Https)
            ? port
            : edge.HttpsPort;

    // The header would send browsers from http://x.localhost:8080 to https on that same port, where nobody speaks it.
    private bool IsTrial(DomainName domain) => domain.IsLocalhost && edge.HttpsPort != Https;
}
