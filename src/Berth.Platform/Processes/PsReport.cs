using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Processes;

/// <summary>What <c>ps:report</c> shows; without a daemon, as not running.</summary>
public sealed class PsReport(AppRuntime runtime, PsSettings settings, FormationStore formations, AppCatalog apps)
{
    private static readonly Report Report = new("ps-", "ps information") { KeepsPrefixToo = true };

    public Task<int> PrintAsync(CommandCall call) => settings.Table.ReportAsync(call, apps, Report, (values, app, _) => AddTo(values, app));

    private void AddTo(Dictionary<string, string> values, AppName app)
    {
        var instances = runtime.InstancesOf(app);
        var deployed = runtime.IsDeployed(app);

        // What was replaced is on its way out, and says nothing of the app.
        var current = instances.Where(instance => instance.State is not (InstanceState.Draining or InstanceState.Stopping)).ToArray();
        var running = current.Count(instance => instance.State == InstanceState.Running);
        values["deployed"] = deployed ? "true" : "false";
        values["processes"] = (deployed ? runtime.FormationOf(app).Values.Sum() : 0).ToString(CultureInfo.InvariantCulture);
        values["ps-can-scale"] = formations.CanScale(app) ? "true" : "false";
        values["restore"] = settings.IsRestored(app) ? "true" : "false";
        values["running"] = running == 0 ? "false" : running == current.Length ? "true" : "mixed";
        foreach (var instance in instances)
        {
            values[$"status-{instance.Name}"] = StatusOf(instance);
        }
    }

    private static string StatusOf(Instance instance)
    {
        var process = instance.ProcessId is { } id ? string.Create(CultureInfo.InvariantCulture, $"PID: {id}, ") : "";
        var exit = instance.LastExit is { } last ? $", last exit: {last}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{instance.State.ToString().ToLowerInvariant()} ({process}restarts: {instance.Restarts}{exit})");
    }
}
