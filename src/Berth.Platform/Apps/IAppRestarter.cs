using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Apps;

/// <summary>Starts an app's processes anew after what they were started with has changed.</summary>
public interface IAppRestarter
{
    /// <summary>
    /// Prints that the app is restarted, and restarts it. One that was never deployed stays as it is, which is said; so does, in silence,
    /// one that was stopped on purpose.
    /// </summary>
    Task RestartIfRunningAsync(AppName app, CommandOutput output, CancellationToken cancel);
}
