using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What <c>letsencrypt:report</c> prints: each setting as set, as inherited and as it holds, and where the certificate stands.</summary>
public sealed class LetsEncryptReport(
    LetsEncryptSettingsStore settings, ICertificateManager manager, PropertyStore properties, CertificateFiles certificates, AppCatalog apps)
{
    private static readonly Report Shape = new("letsencrypt-", "letsencrypt information");

    public int Print(CommandCall call)
    {
        var request = ReportRequest.Parse(call.Words);
        if (request.IsGlobal)
        {
            Shape.Print(call.Output, "global", Global(), request);
            return 0;
        }

        foreach (var app in apps.Reported(request, call))
        {
            Shape.Print(call.Output, app.Text, Of(app, request.Flag), request);
        }

        return 0;
    }

    private Dictionary<string, string> Global()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in LetsEncryptSettingsStore.Keys)
        {
            values[$"letsencrypt-global-{key}"] = settings.ForAll(key) ?? "";
        }

        return values;
    }

    private Dictionary<string, string> Of(AppName app, string? flag)
    {
        var values = Global();
        var facts = certificates.IsFromAcme(app) ? certificates.Facts(app) : null;
        values["letsencrypt-active"] = facts is null ? "false" : "true";
        values["letsencrypt-autorenew"] = "true";
        values["letsencrypt-expiration"] = facts?.NotAfter.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "";
        values["letsencrypt-next-attempt"] = manager.NextAttemptOf(app)?.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "";
        values["letsencrypt-last-error"] = manager.LastFailureOf(app)?.Found ?? "";
        foreach (var key in LetsEncryptSettingsStore.Keys)
        {
            values[$"letsencrypt-{key}"] = settings.Own(app, key) ?? "";
            values[$"letsencrypt-computed-{key}"] = Computed(app, key);
        }

        foreach (var key in properties.Keys(LetsEncryptSettingsStore.Feature, app.Text)
            .Where(key => key.StartsWith("dns-provider-", StringComparison.Ordinal)))
        {
            // A secret shows only to who asks for it by name.
            values[$"letsencrypt-{key}"] = flag == $"--letsencrypt-{key}"
                ? properties.Get(LetsEncryptSettingsStore.Feature, app.Text, key) ?? ""
                : "****";
        }

        return values;
    }

    private string Computed(AppName app, string key) => key switch
    {
        "server" => AcmeServers.Shown(settings.Effective(app, key) ?? ""),
        _ => settings.Effective(app, key) ?? "",
    };
}
