using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Domains;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.Processes;
using Berth.Platform.Routing;

namespace Berth.Platform.Apps;

/// <summary>The <c>apps:*</c> commands.</summary>
public sealed class AppFeature(AppCatalog apps, DomainStore domains, IAppStopper stopper, ICertificateManager certificates, IAppChanges changes, Storage.IStateStore store)
    : IFeature
{
    private static readonly Report Report = new("app-", "app information");

    public string Name => "apps";

    public string Description => "Manage apps";

    public IEnumerable<Command> Commands =>
    [
        new("apps:create", "<app>", "Create a new app", CreateAsync),
        new("apps:destroy", "[--force] <app>", "Permanently destroy an app", DestroyAsync),
        new("apps:exists", "<app>", "Check if an app exists", ExistsAsync),
        new("apps:list", "[--format json]", "List your apps", ListAsync),
        new("apps:report", "[<app>] [--format json] [<flag>]", "Display a report about an app", ReportAsync),
    ];

    private async Task<int> CreateAsync(CommandCall call)
    {
        var word = call.Parse().At(0) ?? throw AppProblems.NotNamed().AsException();
        var app = AppName.Parse(word);
        call.Output.Step($"Creating {app}...");
        await apps.CreateAsync(word, call.Cancel);
        await NameAsync(app, call);

        changes.RoutesChanged(app);
        return 0;
    }

    /// <summary>Gives a new app the server's names; an app that cannot have them is not made.</summary>
    private async Task NameAsync(AppName app, CommandCall call)
    {
        try
        {
            if (domains.DefaultsFor(app) is { Count: > 0 } defaults)
            {
                await domains.ChangeAsync(app, _ => defaults, call.Cancel);
                call.Output.Step("Creating new app virtual host file...");
            }
        }
        catch (ProblemException)
        {
            apps.Forget(app);
            throw;
        }
    }

    private async Task<int> DestroyAsync(CommandCall call)
    {
        var words = call.Parse(["--force"]);
        var app = apps.Find(words.At(0));
        if (!words.Has("--force") && !call.Caller.Force)
        {
            await ConfirmAsync(call, app);
        }

        call.Output.Step($"Destroying {app} (including all add-ons)");
        await stopper.StopForGoodAsync(app, call.Cancel);
        await certificates.DisableAsync(app, call.Cancel);
        await apps.DestroyAsync(app, call.Cancel);
        changes.RoutesChanged(app);
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
        var request = ReportRequest.Parse(call.Words);
        var names = apps.List();
        if (request.Json)
        {
            call.Output.Line(JsonSerializer.Serialize([.. names.Select(app => app.Text)], CommandLineJson.Default.StringArray));
            return Task.FromResult(0);
        }

        if (names.Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
            return Task.FromResult(0);
        }

        call.Output.Headline("My Apps");
        foreach (var app in names)
        {
            call.Output.Line(app.Text);
        }

        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call.Words);
        foreach (var app in apps.Reported(request, call))
        {
            Report.Print(call.Output, app.Text, ValuesOf(app), request);
        }

        return Task.FromResult(0);
    }

    private Dictionary<string, string> ValuesOf(AppName app) => new(StringComparer.Ordinal)
    {
        ["app-created-at"] = apps.CreatedAtOf(app),
        ["app-deploy-source"] = store.Read(Storage.StatePath.Lib("config", "apps", app.Text, "deploy-source")) ?? "",
        ["app-deploy-source-metadata"] = store.Read(Storage.StatePath.Lib("config", "apps", app.Text, "deploy-source-metadata")) ?? "",
        ["app-dir"] = store.FileOf(AppCatalog.FolderOf(app)),
        ["app-locked"] = "false",
    };
}
