using System.Collections.Immutable;
using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Processes;

/// <summary>The <c>ps:*</c> commands.</summary>
public sealed class PsFeature(AppRuntime runtime, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("ps-", "ps information");

    public string Name => "ps";

    public string Description => "Manage processes of apps";

    public IEnumerable<Command> Commands =>
    [
        new("ps:report", "[<app>] [--format json] [<flag>]", "Display a process report for one or more apps", ReportAsync) { NeedsDaemon = true },
        new("ps:restart", "<app> [<process>]", "Restart an app", RestartAsync) { NeedsDaemon = true },
        new("ps:scale", "<app> [<process>=<count> ...]", "Get or set how many of each process run", ScaleAsync) { NeedsDaemon = true },
        new("ps:start", "<app>", "Start an app", StartAsync) { NeedsDaemon = true },
        new("ps:stop", "<app>", "Stop an app", StopAsync) { NeedsDaemon = true },
    ];

    private async Task<int> RestartAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        await runtime.RestartAsync(app, words.At(1) is { } type ? ProcessType.Parse(type) : null, call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> StartAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (runtime.IsWanted(app) && runtime.InstancesOf(app).Any(instance => instance.State == InstanceState.Running))
        {
            call.Output.Step($"App {app} already running");
            return 0;
        }

        call.Output.Step($"Starting {app}");
        await runtime.RestartAsync(app, null, call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> StopAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        call.Output.Step($"Stopping {app}");
        await runtime.StopAsync(app, call.Cancel);
        return 0;
    }

    private async Task<int> ScaleAsync(CommandCall call)
    {
        var words = call.Parse(["--skip-deploy"]);
        var app = apps.Find(words.At(0));
        var wanted = Wanted(words.Positional.Skip(1));
        if (wanted.IsEmpty)
        {
            Show(call.Output, app);
            return 0;
        }

        foreach (var (type, count) in wanted)
        {
            call.Output.Step($"Scaling {app} processes: {type}={count}");
        }

        await runtime.ScaleAsync(app, wanted, words.Has("--skip-deploy"), call.Output, call.Cancel);
        return 0;
    }

    private static ImmutableSortedDictionary<ProcessType, int> Wanted(IEnumerable<string> words)
    {
        var wanted = ImmutableSortedDictionary.CreateBuilder<ProcessType, int>();
        foreach (var word in words)
        {
            if (!FormationLine.TryParse(word, out var type, out var count))
            {
                throw ProcessStateProblems.InvalidScale(word).AsException();
            }

            wanted[type] = count;
        }

        return wanted.ToImmutable();
    }

    private void Show(CommandOutput output, AppName app)
    {
        output.Step($"Scaling for {app}");
        output.Line("proctype: qty");
        output.Line("--------: ---");
        foreach (var (type, count) in runtime.FormationOf(app))
        {
            output.Line($"{type}: {count.ToString(CultureInfo.InvariantCulture)}");
        }
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

    private Dictionary<string, string> ValuesOf(AppName app)
    {
        var instances = runtime.InstancesOf(app);
        var running = instances.Count(instance => instance.State == InstanceState.Running);
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["deployed"] = runtime.IsDeployed(app) ? "true" : "false",
            ["processes"] = instances.Length.ToString(CultureInfo.InvariantCulture),
            ["ps-can-scale"] = "true",
            ["ps-restart-policy"] = RestartPolicy.Default.Text,
            ["ps-restore"] = runtime.IsWanted(app) || !runtime.IsDeployed(app) ? "true" : "false",
            ["running"] = running == 0 ? "false" : running == instances.Length ? "true" : "mixed",
        };
        foreach (var instance in instances)
        {
            values[$"status-{instance.Type}-{instance.Index}"] =
                $"{instance.State.ToString().ToLowerInvariant()} (PID: {instance.ProcessId}, restarts: {instance.Restarts})";
        }

        return values;
    }
}
