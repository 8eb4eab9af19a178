using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>The <c>letsencrypt:*</c> commands, of both generations.</summary>
public sealed class LetsEncryptFeature(
    ICertificateManager manager,
    LetsEncryptReport report,
    PropertyStore properties,
    CertificateFiles certificates,
    AppCatalog apps,
    TimeProvider time) : IFeature
{
    public string Name => "letsencrypt";

    public string Description => "Manage certificates from Let's Encrypt and other ACME servers";

    public IEnumerable<Command> Commands =>
    [
        new("letsencrypt", "<app>", "Get or renew the app's certificate", IssueAsync) { NeedsDaemon = true },
        new("letsencrypt:active", "<app>", "Show whether letsencrypt is active for an app", ActiveAsync),
        new("letsencrypt:auto-renew", "[<app>]", "Renew certificates that are due", AutoRenewAsync) { NeedsDaemon = true },
        new("letsencrypt:disable", "<app>", "Take the app off letsencrypt", DisableAsync),
        new("letsencrypt:enable", "<app>|--all [--force]", "Get or renew certificates", EnableAsync) { NeedsDaemon = true },
        new("letsencrypt:list", "", "List the apps with certificates and their expiry", ListAsync),
        new("letsencrypt:ls", "", "List the apps with certificates and their expiry", ListAsync),
        new("letsencrypt:report", "[<app>|--global] [--format json] [<flag>]", "Display a letsencrypt report", ReportAsync),
        new("letsencrypt:revoke", "<app>", "Revoke the certificate in service and take it off", RevokeAsync) { NeedsDaemon = true },
        new("letsencrypt:set", "<app>|--global <property> [<value>]", "Set or clear a letsencrypt property", SetAsync),
    ];

    private async Task<int> IssueAsync(CommandCall call)
    {
        var words = call.Parse(["--force", "-f"]);
        var app = apps.Find(words.At(0));
        return await manager.ObtainAsync(app, $"Let's Encrypt {app}...", words.Has("--force") || words.Has("-f"), call.Output, call.Cancel);
    }

    private async Task<int> EnableAsync(CommandCall call)
    {
        var words = call.Parse(["--all", "--force", "-f"]);
        var force = words.Has("--force") || words.Has("-f") || call.Caller.Force;
        var wanted = words.Has("--all") ? apps.List() : [apps.Find(words.At(0))];
        return wanted.Count == 1 && !words.Has("--all")
            ? await manager.ObtainAsync(wanted[0], $"Enabling letsencrypt for {wanted[0]}", force, call.Output, call.Cancel)
            : Math.Min(1, await EachAsync(
                wanted, app => manager.ObtainAsync(app, $"Enabling letsencrypt for {app}", force, call.Output, call.Cancel), call));
    }

    private async Task<int> AutoRenewAsync(CommandCall call)
    {
        if (call.Parse().At(0) is { } word)
        {
            var app = apps.Find(word);
            return await RenewIfDueAsync(app, $"Auto-renew {app}...", needsWord: false, call);
        }

        call.Output.Headline("Auto-renewing all apps...");
        var urgent = apps.List().Where(certificates.IsFromAcme).OrderBy(app => certificates.Facts(app)?.NotAfter).ToArray();
        var failures = await EachAsync(urgent, app => RenewIfDueAsync(app, $"Enabling letsencrypt for {app}", needsWord: true, call), call);
        call.Output.Headline("Finished auto-renewal");
        return failures == 0 ? 0 : throw LetsEncryptProblems.SomeFailed().AsException();
    }

    private async Task<int> RenewIfDueAsync(AppName app, string headline, bool needsWord, CommandCall call)
    {
        if (!certificates.IsFromAcme(app) || certificates.Facts(app) is not { } facts)
        {
            call.Output.Step($"Letsencrypt not enabled for {app}");
            return 0;
        }

        var left = manager.RenewalOf(app, facts) - time.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            call.Output.Detail($"{app} still has {RemainingTime.Format(left)} left before renewal");
            return 0;
        }

        if (needsWord)
        {
            call.Output.Step($"{app} needs renewal");
        }

        return await manager.ObtainAsync(app, headline, force: false, call.Output, call.Cancel);
    }

    private Task<int> ActiveAsync(CommandCall call)
    {
        call.Output.Line(certificates.IsFromAcme(apps.Find(call.Parse().At(0))) ? "true" : "false");
        return Task.FromResult(0);
    }

    private async Task<int> DisableAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        call.Output.Step("Disabling letsencrypt for app");
        call.Output.Detail($"Removing letsencrypt files for {app}");
        call.Output.Detail($"Removing SSL endpoint from {app}");
        await manager.DisableAsync(app, call.Cancel);
        TellOffHttps(call, app);
        call.Output.Step("Done");
        return 0;
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var now = time.GetUtcNow();
        if (!call.Caller.Quiet)
        {
            call.Output.Line($"{"----->",-6} {"App name",-18} {"Certificate Expiry",-25} {"Time before expiry",-25} {"Time before renewal",-25}");
        }

        var rows = apps.List().Where(certificates.IsFromAcme)
            .Select(app => (App: app, Facts: certificates.Facts(app)))
            .Where(row => row.Facts is not null)
            .OrderBy(row => row.Facts!.NotAfter);
        foreach (var (app, facts) in rows)
        {
            var expiry = facts!.NotAfter.LocalDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            var (left, renewal) = (facts.NotAfter - now, manager.RenewalOf(app, facts) - now);
            call.Output.Line($"{app.Text,-25} {expiry,-25} {RemainingTime.Format(left),-25} {RemainingTime.Format(renewal),-25}");
            if (manager.LastFailureOf(app) is { } failure)
            {
                call.Output.Warn($"{app}: {failure.Found} ({failure.Remedy})");
            }
        }

        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => Task.FromResult(report.Print(call));

    private async Task<int> RevokeAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        call.Output.Headline($"Revoke letsencrypt certificate from {app}...");
        if (!certificates.IsFromAcme(app))
        {
            throw LetsEncryptProblems.NotActive(app).AsException();
        }

        call.Output.Step($"Revoking letsencrypt certificate for {app}...");
        await manager.RevokeAsync(app, call.Cancel);
        call.Output.Step("Certificate revoked successfully.");
        TellOffHttps(call, app);
        call.Output.Step("Done");
        return 0;
    }

    private static void TellOffHttps(CommandCall call, AppName app)
    {
        if (call.Output.OnTerminal)
        {
            call.Output.Detail($"{app} is on plain HTTP now. A new certificate: berth letsencrypt:enable {app}");
        }
    }

    private Task<int> SetAsync(CommandCall call)
    {
        var words = call.Parse(["--global"]);
        var scope = words.Has("--global") ? PropertyStore.Global : apps.Find(words.At(0)).Text;
        var rest = words.Positional.Skip(words.Has("--global") ? 0 : 1).ToArray();
        var key = rest.Length > 0 ? rest[0] : throw CommandLineProblems.Missing("No property specified", "Name one: email, server, graceperiod.").AsException();
        if (!LetsEncryptSettingsStore.Keys.Contains(key) && !IsProviderSetting(key))
        {
            throw LetsEncryptProblems.UnknownProperty(key, [LetsEncryptSettingsStore.Keys[0], "dns-provider-*", .. LetsEncryptSettingsStore.Keys.Skip(1)]).AsException();
        }

        var value = string.Join(' ', rest.Skip(1));
        LetsEncryptSettingsStore.Check(key, value);
        properties.Set(LetsEncryptSettingsStore.Feature, scope, key, value);
        var shown = IsProviderSetting(key) ? "****" : value;
        call.Output.Headline(value.Length > 0 ? $"Setting {key} to {shown}" : $"Unsetting {key}");
        return Task.FromResult(0);
    }

    /// <summary>Goes on after a failure, and reports each.</summary>
    /// <returns>How many failed.</returns>
    private static async Task<int> EachAsync(IReadOnlyList<AppName> apps, Func<AppName, Task<int>> run, CommandCall call)
    {
        var failures = 0;
        foreach (var app in apps)
        {
            try
            {
                await run(app);
            }
            catch (ProblemException e)
            {
                call.Output.Warn($"{app}: {e.Problem.Found}");
                call.Output.ErrorLine($"       {e.Problem.Remedy}");
                failures++;
            }
        }

        return failures;
    }

    private static bool IsProviderSetting(string key) =>
        key.StartsWith("dns-provider-", StringComparison.Ordinal) && key.Length > 13
        && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
