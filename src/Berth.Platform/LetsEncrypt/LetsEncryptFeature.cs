using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Commands;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Plugins;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>The <c>letsencrypt:*</c> commands, of both generations.</summary>
public sealed class LetsEncryptFeature(
    ICertificateManager manager,
    LetsEncryptReport report,
    LetsEncryptSettingsStore settings,
    AutoRenewal renewal,
    DaemonSilence silence,
    LineageFiles lineages,
    PropertyStore properties,
    CertificateFiles certificates,
    AppCatalog apps,
    ITriggers triggers,
    IEnumerable<Command> more,
    Action<AppName> lookAgain,
    TimeProvider time) : IFeature
{
    private const int MostWoken = 1000;
    private readonly SettingTable _table = new(LetsEncryptSettingsStore.Feature, properties, LetsEncryptSettingsStore.Settings);

    public string Name => "letsencrypt";

    public string Description => "Manage the letsencrypt integration";

    public IEnumerable<Command> Commands =>
    [
        new("letsencrypt", "<app>", "Get or renew the app's certificate", IssueAsync) { NeedsDaemon = true, AloneIsHelp = true },
        new("letsencrypt:active", "<app>", "Show whether letsencrypt is active for an app", ActiveAsync),
        new("letsencrypt:cleanup", "<app>", "Remove stale certificate directories for app", CleanupAsync),
        new("letsencrypt:cron-job", "[--add|--remove]", "Turn renewal by the daemon on or off, or show whether it is on", CronJobAsync),
        new("letsencrypt:disable", "<app>", "Take the app off letsencrypt", DisableAsync),
        new("letsencrypt:enable", "<app>|--all [--force] [--dry-run]", "Get or renew certificates; one that is still good is left alone unless forced", EnableAsync) { NeedsDaemon = true },
        new("letsencrypt:report", "[<app>|--global] [--format json] [<flag>]", "Display a letsencrypt report", ReportAsync),
        new("letsencrypt:revoke", "<app>", "Revoke the certificate in service and take it off", RevokeAsync) { NeedsDaemon = true },
        new("letsencrypt:set", "<app>|--global <property> [<value>]", "Set or clear a letsencrypt property", SetAsync) { Keys = _table.Keys },
        .. more,
    ];

    private async Task<int> IssueAsync(CommandCall call)
    {
        var words = call.Parse(["--force", "-f"]);
        var app = apps.Find(words.AtMost(1).At(0));
        await MigrateAsync(app, call.Output, call.Cancel);
        return await manager.ObtainAsync(app, $"Let's Encrypt {app}...", words.Has("--force") || words.Has("-f"), call.Output, call.Cancel);
    }

    private async Task<int> EnableAsync(CommandCall call)
    {
        var words = call.Parse(["--all", "--dry-run", "--force", "-f"]);

        // Its own flag alone: DOKKU_APPS_FORCE_DELETE in a dokkurc means no new certificate each time.
        var force = words.Has("--force") || words.Has("-f");
        words.AtMost(words.Has("--all") ? 0 : 1);
        return words.Has("--all")
            ? await EachInTurn.RunAsync(apps.List(), EnableOneAsync, call) is var failures and > 0 ? throw LetsEncryptProblems.NotAllEnabled(failures, words.Has("--dry-run")).AsException() : 0
            : await EnableOneAsync(apps.Find(words.At(0)), call.Output);

        async Task<int> EnableOneAsync(AppName app, CommandOutput output)
        {
            if (words.Has("--dry-run"))
            {
                return await manager.RehearseAsync(app, output, call.Cancel);
            }

            if (words.Has("--all") && !force && IsGoodByHand(app))
            {
                output.Step($"The certificate that was installed by hand for {app} stays: `{output.Caller.Program} letsencrypt:enable {app}` replaces it");
                return 0;
            }

            await MigrateAsync(app, output, call.Cancel);
            return await manager.ObtainAsync(app, $"Enabling letsencrypt for {app}", force, output, call.Cancel);
        }
    }

    // Who means all means those that have none; and where another was asked for, it is to come.
    private bool IsGoodByHand(AppName app) =>
        certificates.InServiceOf(app) is { FromAcme: false, Damage: null, Facts: { } facts } && facts.NotAfter > time.GetUtcNow() && manager.NextOf(app).At is null;

    private async Task MigrateAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        string[] moved = [.. await settings.MigrateAsync(app, cancel), .. await settings.MigrateAsync(null, cancel)];
        if (moved.Length > 0 && output.OnTerminal)
        {
            output.Detail($"Moved {string.Join(", ", moved)} to where letsencrypt:set keeps it");
        }
    }

    private Task<int> ActiveAsync(CommandCall call)
    {
        call.Output.Line(certificates.IsFromAcme(apps.Find(call.Parse().AtMost(1).At(0))) ? "true" : "false");
        return Task.FromResult(0);
    }

    private async Task<int> CleanupAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().AtMost(1).At(0));

        // What is just being installed is not current yet.
        using var held = await manager.HoldAsync(app, call.Output, call.Cancel);
        var current = lineages.CurrentOf(app) ?? throw LetsEncryptProblems.NoCurrent(app).AsException();
        call.Output.Headline($"Cleaning up stale certificate directories for {app}");
        call.Output.Step($"  - current config hash {Printable.Of(current)}");
        foreach (var folder in lineages.StaleOf(app, current))
        {
            call.Output.Step($"  - stale directory {Printable.Of(folder)}");
            lineages.DeleteStale(app, folder);
        }

        return 0;
    }

    private Task<int> CronJobAsync(CommandCall call)
    {
        var words = call.Parse(["--add", "--remove"]).AtMost(0);
        switch (words.Has("--add"), words.Has("--remove"))
        {
            case (true, true):
                throw CommandLineProblems.TooManyWords("--remove", "letsencrypt:cron-job --add").AsException();
            case (true, _) or (_, true):
                renewal.Turn(words.Has("--add"));
                break;
        }

        call.Output.Step(renewal.IsOn
            ? "Auto-renewal is on: the daemon renews each certificate in time, no cron job is needed."
            : "Auto-renewal is off: renew with letsencrypt:auto-renew, or turn it on with letsencrypt:cron-job --add.");
        silence.Warn(call.Output);
        return Task.FromResult(0);
    }

    private async Task<int> DisableAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().AtMost(1).At(0));
        using (await manager.EndAndHoldAsync(app, call.Output, call.Cancel))
        {
            call.Output.Step("Disabling letsencrypt for app");
            call.Output.Detail($"Removing letsencrypt files for {app}");
            var isByHand = certificates.Exists(app) && !certificates.IsFromAcme(app);
            call.Output.Detail(isByHand ? $"The certificate that was installed by hand for {app} stays" : $"Removing SSL endpoint from {app}");
            settings.OptOut(app);
            await manager.DisableAsync(app);
        }

        await triggers.FireAsync("post-certs-remove", [app.Text], call.Output, call.Cancel);
        await triggers.FireAsync("post-domains-update", [app.Text], call.Output, call.Cancel);
        TellOffHttps(call, app);
        call.Output.Step("Done");
        return 0;
    }

    private Task<int> ReportAsync(CommandCall call) => report.PrintAsync(call);

    private async Task<int> RevokeAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().AtMost(1).At(0));
        call.Output.Headline($"Revoke letsencrypt certificate from {app}...");
        using (await manager.HoldInServiceAsync(app, call.Output, call.Cancel))
        {
            if (!certificates.IsFromAcme(app))
            {
                throw LetsEncryptProblems.NotActive(app).AsException();
            }

            call.Output.Step($"Revoking letsencrypt certificate for {app}...");

            // First: what is revoked must not stay in service because a setting could not be written.
            settings.OptOut(app);
            await RevokeAsync(app, call.Cancel);
        }

        call.Output.Step("Certificate revoked successfully.");
        TellOffHttps(call, app);
        call.Output.Step("Done");
        return 0;
    }

    private async Task RevokeAsync(AppName app, CancellationToken cancel)
    {
        try
        {
            await manager.RevokeAsync(app, cancel);
        }
        catch (ProblemException e) when (e.Problem.Code == AcmeProblems.Malformed || e.Problem.Code == AcmeProblems.OtherRefusal || e.Problem.Code == AcmeProblems.Unauthorized)
        {
            throw LetsEncryptProblems.NotRevoked(app, e.Problem).AsException(e);
        }
    }

    private void TellOffHttps(CommandCall call, AppName app)
    {
        if (call.Output.OnTerminal && !certificates.Exists(app))
        {
            call.Output.Detail($"{app} is on plain HTTP now. A new certificate: {call.Caller.Program} letsencrypt:enable {app}");
        }
    }

    private async Task<int> SetAsync(CommandCall call)
    {
        // What a variable of 2016 said until now gives way to what is set here.
        var global = call.Words.Contains("--global");
        if (global || (call.Words.Count > 1 && AppName.TryParse(call.Words[0], out var named) && apps.Exists(named)))
        {
            await settings.MigrateAsync(global ? null : AppName.Parse(call.Words[0]), call.Cancel);
        }

        _table.Set(call, apps);
        WakeWaiting(global ? apps.List() : [apps.Find(call.Words[0])]);
        if (call.Output.OnTerminal && call.Words.Any(IsForLego))
        {
            call.Output.Detail("It is kept for a server that goes back to the plugin: Berth starts no lego.");
        }

        return 0;
    }

    // What waits for a setting is looked at now; among very many apps the next looks come to it.
    private void WakeWaiting(IReadOnlyList<AppName> changed)
    {
        foreach (var app in changed.Take(MostWoken).Where(app => lineages.ReadState(app).WaitsForSetting))
        {
            lookAgain(app);
        }
    }

    private static bool IsForLego(string word) =>
        word is "lego-args" or "lego-docker-options";
}
