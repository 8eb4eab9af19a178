using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>What can be wrong with commands about an app's processes.</summary>
public static class ProcessStateProblems
{
    public static readonly ProblemCode AppNotDeployed = new("app-not-deployed", Contract: true);
    public static readonly ProblemCode ScaleInvalid = new("ps-scale-invalid");

    internal static Problem NotDeployed(AppName app) => new(
        AppNotDeployed, $"App {app} has not been deployed", $"Deploy it first: `berth deploy {app} path/to/folder`.");

    internal static Problem InvalidScale(string text) => new(
        ScaleInvalid,
        $"'{Printable.Of(text)}' is no process count.",
        $"Write TYPE=COUNT, such as web=2, with a count from 0 to {ProcessPlan.CountLimit}.");
}
