using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Apps;

/// <summary>Starts an app's processes anew after what they were started with has changed.</summary>
public interface IAppRestarter
{
    /// <summary>Restarts a running app and prints so; an app that is not deployed, or stopped, stays as it is.</summary>
    Task RestartIfRunningAsync(AppName app, CommandOutput output, CancellationToken cancel);
}
