using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Domains;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Plugins;
using Berth.Platform.Processes;
using Berth.Platform.Properties;
using Berth.Platform.Routing;

namespace Berth.Platform.Apps;

/// <summary>The <c>apps:*</c> commands.</summary>
public sealed class AppFeature(
    AppCatalog apps,
    DomainSetup domains,
    AppTransfer transfer,
    DeployLock deployLock,
    PropertyStore properties,
    IAppStopper stopper,
    ICertificateManager certificates,
    IAppChanges changes,
    ITriggers triggers,
    Storage.IStateStore store) : IFeature
{
    private const string AutoCreation = "disable-autocreation";
    private const string Source = "deploy-source";
    private const string SourceMetadata = "deploy-source-metadata";
    private static readonly Report Report = new("app-", "app information") { KeepsPrefixToo = true };

    private readonly SettingTable _settings = new(
        "apps",
        properties,
        new Setting(Source) { ForAll = false },
        new Setting(SourceMetadata) { ForAll = false },
        new Setting(AutoCreation) { ForApp = false });

    public string Name => "apps";

    public string Description => "Manage apps";

    public IEnumerable<Command> Commands =>
    [
        new("apps:clone", "[--skip-deploy] [--ignore-existing] <old-app> <new-app>", "Make a second app like the first", transfer.CloneAsync),
        new("apps:create", "<app>", "Create a new app", CreateAsync),
        new("apps:destroy", "[--force] <app>", "Permanently destroy an app", DestroyAsync),
        new("apps:exists", "<app>", "Check if an app exists", ExistsAsync),
        new("apps:list", "[--format stdout|json]", "List your apps", ListAsync),
        new("apps:lock", "<app>", "Lock an app so that nothing is deployed to it", LockAsync),
        new("apps:locked", "<app>", "Check if an app is locked for deployment", LockedAsync),
        new("apps:rename", "[--skip-deploy] <old-app> <new-app>", "Rename an app", transfer.RenameAsync),
        new("apps:report", "[<app>|--global] [--format json] [<flag>]", "Display a report about one or more apps", ReportAsync),
        new("apps:set", "[--global] <app> <key> (<value>)", "Set or clear an apps property", SetAsync) { Keys = _settings.Keys },
        new("apps:unlock", "<app>", "Unlock an app for deployment", UnlockAsync),
    ];

    private async Task<int> CreateAsync(CommandCall call)
    {
        var word = call.Parse().At(0) is { Length: > 0 } name ? name : throw AppProblems.NotNamed().AsException();
        var app = AppName.Parse(word);
        apps.RefuseTaken(app);
        call.Output.QuietStep($"Creating {app}...");
        await apps.CreateAsync(word, call.Cancel);
        await NameAsync(app, call);
        await triggers.FireAsync("post-create", [app.Text], call.Output, call.Cancel);
        changes.RoutesChanged(app);
        return 0;
    }

    /// <summary>Gives a new app the server's names; an app that cannot have them is not made.</summary>
    private async Task NameAsync(AppName app, CommandCall call)
    {
        try
        {
            await domains.RunAsync(app, call.Output, call.Cancel);
        }
        catch (ProblemException)
        {
            apps.TakeBack(app);
            throw;
        }
    }

    private async Task<int> DestroyAsync(CommandCall call)
    {
        var words = call.Parse(["--force"]);
        var app = apps.Find(words.At(0));
        if (words.At(1) is { } another)
        {
            throw AppProblems.OneAtATime(another).AsException();
        }

        if (!words.Has("--force") && !call.Caller.Force)
        {
            await ConfirmAsync(call, app);
        }

        call.Output.Step($"Destroying {app} (including all add-ons)");

        // Waited for before anything is taken away: who gives up waiting keeps the app as it was. Plugins may have business with its certificate.
        (await certificates.EndAndHoldAsync(app, call.Output, call.Cancel)).Dispose();
        await triggers.FireAsync("pre-delete", [app.Text, ""], call.Output, call.Cancel);
        using (await certificates.EndAndHoldAsync(app, call.Output, call.Cancel))
        {
            await stopper.StopForGoodAsync(app, call.Cancel);
            await certificates.DisableAsync(app);
            await apps.DestroyAsync(app, CancellationToken.None);
        }

        changes.RoutesChanged(app);
        await triggers.FireAsync("post-delete", [app.Text, ""], call.Output, call.Cancel);
        return 0;
    }

    private static async Task ConfirmAsync(CommandCall call, AppName app)
    {
        call.Output.Warn("WARNING: Potentially Destructive Action");
        call.Output.Warn($"This command will destroy {app} (including all add-ons).");
        call.Output.Warn($"To proceed, type \"{app}\"");
        if ((await call.AskAsync("\n> ")).Trim() != app.Text)
        {
            throw AppProblems.NotConfirmed(app).AsException();
        }
    }

    private Task<int> ExistsAsync(CommandCall call)
    {
        apps.Find(call.Parse().At(0));
        return Task.FromResult(0);
    }

    private Task<int> ListAsync(CommandCall call)
    {
        var json = ReportRequest.IsJson(call.Parse([], ["--format"]).Value("--format"));
        var names = apps.List();
        if (json)
        {
            call.Output.Line(PlainJson.OfList(names.Select(app => app.Text)));
            return Task.FromResult(0);
        }

        call.Output.Headline("My Apps");
        if (names.Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
        }

        foreach (var app in names)
        {
            call.Output.Line(app.Text);
        }

        return Task.FromResult(0);
    }

    private Task<int> LockAsync(CommandCall call)
    {
        deployLock.Take(apps.Find(call.Parse().At(0)));
        call.Output.Step("Deploy lock created");
        return Task.FromResult(0);
    }

    private Task<int> LockedAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (!deployLock.IsHeld(app))
        {
            throw AppProblems.NotLocked(app).AsException();
        }

        if (!call.Caller.Quiet)
        {
            call.Output.Line("Deploy lock exists");
        }

        return Task.FromResult(0);
    }

    private Task<int> UnlockAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (!deployLock.IsHeld(app))
        {
            throw AppProblems.NothingToUnlock(app).AsException();
        }

        call.Output.Warn("A deploy may be in progress.");
        call.Output.Warn("Removing the app lock will not stop in progress deploys.");
        deployLock.Release(app);
        call.Output.Step("Deploy lock removed");
        return Task.FromResult(0);
    }

    private Task<int> SetAsync(CommandCall call)
    {
        _settings.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", GlobalValues(), request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            Report.Print(call.Output, app.Text, ValuesOf(app), request);
        }

        return Task.FromResult(0);
    }

    private Dictionary<string, string> GlobalValues() => new(StringComparer.Ordinal)
    {
        [$"app-global-{AutoCreation}"] = _settings.ForAll(AutoCreation) ?? "",
    };

    private Dictionary<string, string> ValuesOf(AppName app) => new(GlobalValues(), StringComparer.Ordinal)
    {
        ["app-created-at"] = apps.CreatedAtOf(app),
        ["app-deploy-source"] = _settings.Own(app, Source) ?? "",
        ["app-deploy-source-metadata"] = _settings.Own(app, SourceMetadata) ?? "",
        ["app-dir"] = store.FileOf(AppCatalog.FolderOf(app)),
        ["app-locked"] = deployLock.IsHeld(app) ? "true" : "false",
    };
}
