using Berth.Kernel;

namespace Berth.Platform.Processes.Checks;

/// <summary>What can be wrong with <c>checks:run</c>.</summary>
public static class CheckProblems
{
    public static readonly ProblemCode ChecksFailed = new("checks-failed", Contract: true);
    public static readonly ProblemCode PlaceUnknown = new("checks-place-unknown", Contract: true);

    internal static Problem SomeFailed(AppName app, int count) => new(
        ChecksFailed,
        $"Could not start due to {count} failed checks.",
        $"What each lacks stands above. `berth logs {app}` shows what the app says, `berth ps:restart {app}` starts it anew.");

    internal static Problem UnknownPlace(string found) => new(
        PlaceUnknown, found, "Name a process type of the app, or one of its processes such as web.1; `berth ps:scale <app>` shows them.");
}
