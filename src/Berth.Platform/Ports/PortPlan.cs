using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.Proxy;

namespace Berth.Platform.Ports;

/// <summary>Which port mappings hold for an app: those it was given, else those detected, HTTPS among them once it has a certificate.</summary>
public sealed class PortPlan(PortStore ports, ProxySettings proxy, CertificateFiles certificates)
{
    /// <summary>The port of a process when nothing else is known.</summary>
    public const int UsualContainerPort = 5000;

    private const int Http = 80;
    private const int Https = 443;

    /// <summary>The apps that may have mappings of their own.</summary>
    public IReadOnlySet<string> Owners => ports.Owners;

    public ImmutableArray<PortMapping> EffectiveOf(AppName app) => ports.Read(app) is { IsEmpty: false } given ? given : DetectedOf(app);

    /// <summary>What holds for an app without any settings of its own.</summary>
    /// <param name="hasCertificate">Whether it has one.</param>
    public ImmutableArray<PortMapping> UsualOf(bool hasCertificate) => Completed(null, [], hasCertificate);

    /// <summary>What holds without a map of the app's own.</summary>
    public ImmutableArray<PortMapping> DetectedOf(AppName app) => Completed(app, ports.ReadDetected(app), certificates.Exists(app));

    private ImmutableArray<PortMapping> Completed(AppName? app, ImmutableArray<PortMapping> found, bool hasCertificate)
    {
        if (found.IsEmpty)
        {
            found = [PortMapping.Http(proxy.PortOf(app) ?? Http, UsualContainerPort)];
        }

        return hasCertificate ? WithHttps(app, found) : found;
    }

    // Port 80 is served beside 443; an app on other ports only speaks HTTPS there once it has a certificate.
    private ImmutableArray<PortMapping> WithHttps(AppName? app, ImmutableArray<PortMapping> found)
    {
        var main = found.Where(mapping => mapping.IsHttp && mapping.HostPort == Http).ToArray();
        return main.Length > 0
            ? [.. found, .. main.Select(mapping => PortMapping.Https(proxy.SslPortOf(app) ?? Https, mapping.ContainerPort))]
            : [.. found.Select(mapping => mapping.IsHttp ? PortMapping.Https(mapping.HostPort, mapping.ContainerPort) : mapping)];
    }
}
