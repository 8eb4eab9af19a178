using Berth.Kernel;
using Berth.Platform.Apps;

namespace Berth.Platform.Processes;

/// <summary>What can be wrong with commands about an app's processes.</summary>
public static class ProcessStateProblems
{
    public static readonly ProblemCode AppNotDeployed = new("app-not-deployed", Contract: true);
    public static readonly ProblemCode ScaleInvalid = new("ps-scale-invalid", Contract: true);
    public static readonly ProblemCode ScaleForbidden = new("ps-scale-forbidden", Contract: true);
    public static readonly ProblemCode StopUnsaved = new("ps-stop-unsaved");
    public static readonly ProblemCode AllFailed = new("ps-all-failed", Contract: true);
    public static readonly ProblemCode ParallelInvalid = new("ps-parallel-invalid", Contract: true);

    internal static Problem NotDeployed(AppName app) => new(
        AppNotDeployed, $"App {app} has not been deployed", $"Deploy it first: `berth deploy {app} path/to/folder`.");

    internal static Problem MissingCount(string word) => new(
        ScaleInvalid, $"Missing count for process type {Printable.Of(word, 60)}", "Write TYPE=COUNT, such as web=2.");

    internal static Problem InvalidCount(string type) => new(
        ScaleInvalid,
        $"Invalid count for process type {Printable.Of(type, 60)}",
        $"Write TYPE=COUNT, such as web=2, with a count from 0 to {ProcessPlan.CountLimit}.");

    internal static Problem UnknownType(AppName app, ProcessType type, IEnumerable<ProcessType> known) => new(
        ScaleInvalid,
        $"{type} is not a valid process name to scale up",
        $"The Procfile of {app} names {string.Join(", ", known)}. Add a line '{type}: command' to it and deploy.");

    internal static Problem FlagsContradict(string found) => new(ScaleInvalid, found, "Leave one of the two out.");

    internal static Problem NoAppButCount(string word) => new(
        AppProblems.AppNotNamed,
        "Please specify an app to run the command on",
        $"'{Printable.Of(word, 60)}' is a process count; the app's name comes before it: `berth ps:scale <app> {Printable.Of(word, 60)}`.");

    internal static Problem NotScalable(AppName app) => new(
        ScaleForbidden,
        $"App {app} contains an app.json file with a formations key and cannot be manually scaled",
        "Change the quantities in its app.json and deploy, or take `formation` out of it.");

    internal static Problem StopNotKept(AppName app, Problem cause) => new(
        StopUnsaved,
        $"{app} is stopped, but that could not be written down: {cause.Found}",
        $"It starts again with the daemon. Mend the disk, then run `berth ps:stop {app}` again. {cause.Remedy}");

    internal static Problem SomeFailed(string operation, int count) => new(
        AllFailed, $"{operation} command returned {count} errors", "What went wrong with each app stands above; the others are done.");

    internal static Problem InvalidParallel(string text) => new(
        ParallelInvalid, $"Invalid value {Printable.Of(text, 60)} for --parallel flag", "Give a number of apps at a time, or -1 for one for each processor.");

    internal static Problem AllWithProcess() => new(
        ParallelInvalid, "Unable to restart all apps when specifying a process name", "Leave the process out, or name one app.");
}
