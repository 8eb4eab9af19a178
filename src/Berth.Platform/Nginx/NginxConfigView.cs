using System.Globalization;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.Domains;
using Berth.Platform.Ports;
using Berth.Platform.Processes;

namespace Berth.Platform.Nginx;

/// <summary>
/// What the edge does for an app, written in nginx's language for people and scripts that read it. Nothing reads it back: the edge goes
/// by the files, and only what it honours is in here.
/// </summary>
public sealed class NginxConfigView(
    NginxSettings settings, DomainStore domains, PortPlan ports, CertificateFiles certificates, IScheduler scheduler)
{
    private const int Http = 80;

    public string Of(AppName app)
    {
        var text = new StringBuilder("# What Berth's edge does for this app, in nginx's words. Nothing reads this: the edge follows the settings by itself.\n");
        var mappings = ports.EffectiveOf(app).Where(mapping => mapping.IsServed).ToArray();
        foreach (var mapping in mappings)
        {
            Server(text, app, mapping, mappings);
        }

        Upstreams(text, app, mappings);
        return text.ToString();
    }

    private void Server(StringBuilder text, AppName app, PortMapping mapping, PortMapping[] all)
    {
        text.Append("\nserver {\n");
        foreach (var address in (string[])[Bracketed(Setting(NginxTable.BindAddressIpv6)), Setting(NginxTable.BindAddressIpv4)])
        {
            var place = address.Length == 0 ? "" : $"{address}:";
            Line(text, string.Create(CultureInfo.InvariantCulture, $"listen      {place}{mapping.HostPort}{(mapping.IsHttps ? " ssl" : "")}"));
        }

        Line(text, $"server_name {NamesOf(app)}");
        Log(text, "access_log", app, NginxTable.AccessLogPath);
        Log(text, "error_log", app, NginxTable.ErrorLogPath);
        Line(text, $"client_max_body_size {Setting(NginxTable.ClientMaxBodySize)}");
        Line(text, $"underscores_in_headers {Setting(NginxTable.UnderscoreInHeaders)}");
        if (mapping.IsHttp && mapping.HostPort == Http && all.FirstOrDefault(other => other.IsHttps) is { } secure && certificates.Exists(app))
        {
            text.Append("  location    / {\n");
            Line(text, string.Create(CultureInfo.InvariantCulture, $"  return 301 https://$host:{secure.HostPort}$request_uri"));
            text.Append("  }\n}\n");
            return;
        }

        if (mapping.IsHttps)
        {
            Secure(text, app);
        }

        Location(text, app, mapping);
        text.Append("}\n");

        string Setting(string key) => settings.Effective(app, key);
    }

    private void Secure(StringBuilder text, AppName app)
    {
        Line(text, $"ssl_certificate           {certificates.CertificatePath(app)}");
        Line(text, $"ssl_certificate_key       {certificates.KeyPath(app)}");
        Line(text, "ssl_protocols             TLSv1.2 TLSv1.3");
        if (settings.HstsOf(app) is { } header)
        {
            Line(text, $"add_header Strict-Transport-Security \"{header}\" always");
        }
    }

    private void Location(StringBuilder text, AppName app, PortMapping mapping)
    {
        text.Append("  location    / {\n");
        if (scheduler.TargetsOf(app).Targets.IsEmpty)
        {
            Line(text, "  return 502");
            text.Append("  }\n");
            return;
        }

        Line(text, string.Create(CultureInfo.InvariantCulture, $"  proxy_pass  http://{app}-{mapping.ContainerPort}"));
        Line(text, "  proxy_http_version 1.1");
        Line(text, $"  proxy_read_timeout {settings.Effective(app, NginxTable.ProxyReadTimeout)}");
        Line(text, "  proxy_set_header Host $http_host");
        foreach (var (header, key) in ((string, string)[])
            [
                ("X-Forwarded-For", NginxTable.ForwardedFor), ("X-Forwarded-Port", NginxTable.ForwardedPort),
                ("X-Forwarded-Proto", NginxTable.ForwardedProto), ("X-Forwarded-Ssl", NginxTable.ForwardedSsl),
            ])
        {
            if (settings.Effective(app, key) is { Length: > 0 } value)
            {
                Line(text, $"  proxy_set_header {header} {value}");
            }
        }

        Line(text, "  proxy_set_header X-Request-Start $msec");
        text.Append("  }\n");
    }

    private void Upstreams(StringBuilder text, AppName app, PortMapping[] mappings)
    {
        var targets = scheduler.TargetsOf(app).Targets;
        if (targets.IsEmpty)
        {
            return;
        }

        foreach (var port in mappings.Select(mapping => mapping.ContainerPort).Distinct())
        {
            text.Append(CultureInfo.InvariantCulture, $"\nupstream {app}-{port} {{\n");
            foreach (var target in targets)
            {
                Line(text, $"server {target.Address}");
            }

            text.Append("}\n");
        }
    }

    private string NamesOf(AppName app)
    {
        string[] names = [.. domains.DomainsOf(app).Select(domain => domain.UrlHost), .. domains.CatchesAll(app) ? (string[])[VhostFile.CatchAll] : []];
        return names.Length == 0 ? VhostFile.CatchAll : string.Join(' ', names);
    }

    private void Log(StringBuilder text, string directive, AppName app, string key) =>
        Line(text, $"{directive}  {settings.LogOf(app, key) ?? NginxLogs.Off}");

    private static string Bracketed(string address) => address.Length == 0 || address.StartsWith('[') ? address : $"[{address}]";

    private static void Line(StringBuilder text, string directive) => text.Append("  ").Append(directive).Append(";\n");
}
