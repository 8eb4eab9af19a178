using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.Proxy;

namespace Berth.Platform.Ports;

/// <summary>
/// What a certificate does to a port map that an app was given: each <c>http:80:P</c> gains <c>https:443:P</c>, and loses it again
/// with the certificate. Whoever installs the certificate, it happens here.
/// </summary>
public sealed class CertificatePorts(PortStore ports, ProxySettings proxy) : ICertificateWatcher
{
    private const int Http = 80;
    private const int Https = 443;

    public void Installed(AppName app)
    {
        proxy.ForgetUsualPorts(app);
        var before = ports.Read(app);
        var main = before.Where(mapping => mapping.IsHttp && mapping.HostPort == Http).ToArray();
        if (main.Length > 0)
        {
            Write(app, before, [.. before.Where(mapping => !IsMainHttps(mapping)), .. main.Select(mapping => PortMapping.Https(Https, mapping.ContainerPort))]);
        }
    }

    public void Removed(AppName app)
    {
        proxy.ForgetSslPort(app);
        var before = ports.Read(app);
        Write(app, before, [.. before.Where(mapping => !IsMainHttps(mapping))]);
    }

    private void Write(AppName app, IReadOnlyCollection<PortMapping> before, PortMapping[] after)
    {
        if (!before.ToHashSet().SetEquals(after))
        {
            ports.Write(app, after);
        }
    }

    private static bool IsMainHttps(PortMapping mapping) => mapping.IsHttps && mapping.HostPort == Https;
}
