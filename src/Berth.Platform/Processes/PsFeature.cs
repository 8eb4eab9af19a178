using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Builds;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;

namespace Berth.Platform.Processes;

/// <summary>The <c>ps:*</c> commands.</summary>
public sealed class PsFeature(
    AppRuntime runtime, PsSettings settings, PsReport report, PsScaling scaling, BuildJournal builds, AppCatalog apps, ITriggers triggers) : IFeature
{
    private const string EveryUsage = "[--parallel count] [--all|<app>]";

    private readonly EveryApp _every = new(apps);

    public string Name => "ps";

    public string Description => "Manage app processes";

    public IEnumerable<Command> Commands =>
    [
        new("ps:inspect", "<app>", "Show what runs of an app, as JSON, without its configuration", InspectAsync),
        new("ps:rebuild", EveryUsage, "Start the app's current release anew with the settings of now", RebuildAsync),
        new("ps:report", "[<app>|--global] [--format json] [<flag>]", "Display a process report for one or more apps", report.PrintAsync),
        new("ps:restart", $"{EveryUsage} [<process-name>]", "Restart an app", RestartAsync),
        new("ps:restore", "[--parallel count] [--all|<app>]", "Start apps that should be running and are not", RestoreAsync),
        new("ps:retire", "[<app>]", "Old processes are retired by themselves; this removes old releases", RetireAsync),
        new("ps:scale", "[--skip-deploy] [--format stdout|json] <app> [<proc>=<count> ...]", "Get or set how many of each process run", scaling.RunAsync),
        new("ps:set", "<app>|--global <key> [<value>]", "Set or clear a ps property for an app", SetAsync) { Keys = settings.Table.Keys },
        new("ps:start", EveryUsage, "Start an app", StartAsync),
        new("ps:stop", EveryUsage, "Stop an app", StopAsync),
    ];

    private static Arguments Words(CommandCall call) => call.Parse([EveryApp.All], [EveryApp.Parallel]);

    private Task<int> RestartAsync(CommandCall call)
    {
        var words = Words(call);
        var process = words.At(1) is { } type ? ProcessType.Parse(type) : null;
        if (words.Has(EveryApp.All) && words.Positional.Count > 0)
        {
            throw ProcessStateProblems.AllWithProcess().AsException();
        }

        return _every.RunAsync(call, words, "restart", app => WhenDeployedAsync(call, app, () => builds.RunAsync(
            app,
            BuildSource.Restart,
            call.Output,
            (output, cancel) => runtime.RestartAsync(app, process, output, cancel),
            call.Cancel)));
    }

    private Task<int> RebuildAsync(CommandCall call) => _every.RunAsync(
        call, Words(call), "rebuild", app => WhenDeployedAsync(call, app, () => StartAnewAsync(call, app, BuildSource.Rebuild)));

    private Task StartAnewAsync(CommandCall call, AppName app, BuildSource source) => builds.RunAsync(
        app, source, call.Output, (output, cancel) => runtime.RestartAsync(app, null, output, cancel), call.Cancel);

    private Task<int> StartAsync(CommandCall call) =>
        _every.RunAsync(call, Words(call), "start", app => WhenDeployedAsync(call, app, () => StartAsync(call, app)));

    private async Task StartAsync(CommandCall call, AppName app)
    {
        await triggers.FireAsync("pre-start", [app.Text], call.Output, call.Cancel);
        var instances = runtime.InstancesOf(app);
        if (runtime.IsWanted(app) && !instances.IsEmpty && instances.All(instance => instance.State == InstanceState.Running))
        {
            call.Output.Warn($"App {app} already running");
            return;
        }

        call.Output.Step($"Starting {app}");
        await StartAnewAsync(call, app, BuildSource.Start);
    }

    private Task<int> StopAsync(CommandCall call) => _every.RunAsync(call, Words(call), "stop", app => WhenDeployedAsync(call, app, () =>
    {
        call.Output.Step($"Stopping {app}");
        return runtime.StopAsync(app, call.Output, call.Cancel);
    }));

    private async Task<int> RestoreAsync(CommandCall call)
    {
        var words = Words(call);
        await triggers.FireAsync("pre-restore", [], call.Output, call.Cancel);
        if (!words.Has(EveryApp.All) && words.Positional.Count == 0)
        {
            call.Output.Warn("Restore specified without app, assuming --all");
            words = Arguments.Parse([EveryApp.All, .. call.Words], [EveryApp.All], [EveryApp.Parallel]);
        }

        return await _every.RunAsync(call, words, "restore", app => WhenDeployedAsync(call, app, async () =>
        {
            if (!settings.IsRestored(app))
            {
                call.Output.Warn($"Skipping ps:restore for {app} as restore=false");
                return;
            }

            call.Output.Step("Starting app");
            await StartAsync(call, app);
        }));
    }

    private Task<int> RetireAsync(CommandCall call)
    {
        var name = call.Parse().At(0);
        call.Output.Step("Retiring old containers and images");
        foreach (var app in name is null ? apps.List() : [apps.Find(name)])
        {
            runtime.PruneReleases(app);
        }

        return Task.FromResult(0);
    }

    private Task<int> SetAsync(CommandCall call)
    {
        settings.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> InspectAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        call.Output.Line(InstanceJson.Of(runtime.InstancesOf(app)));
        return Task.FromResult(0);
    }

    /// <summary>An app that was never deployed has nothing to start or stop, which is told and no failure.</summary>
    private Task WhenDeployedAsync(CommandCall call, AppName app, Func<Task> operation)
    {
        if (runtime.IsDeployed(app))
        {
            return operation();
        }

        call.Output.Warn(string.Create(CultureInfo.InvariantCulture, $"App {app} has not been deployed"));
        return Task.CompletedTask;
    }
}
