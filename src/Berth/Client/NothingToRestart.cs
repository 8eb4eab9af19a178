using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;

namespace Berth.Client;

/// <summary>Without a daemon no app runs under it; the next start takes the new values.</summary>
internal sealed class NothingToRestart(AppRuntime runtime) : IAppRestarter
{
    public Task RestartIfRunningAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        if (runtime.IsDeployed(app) && !runtime.IsWanted(app))
        {
            return Task.CompletedTask;
        }

        output.Step($"Restarting app {app}");
        output.Warn(runtime.IsDeployed(app)
            ? $"The daemon is not running: {app} takes the new values when it starts."
            : $"App {app} has not been deployed");
        return Task.CompletedTask;
    }
}
