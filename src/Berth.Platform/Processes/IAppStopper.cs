using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>Ends what runs for an app, before the app itself goes.</summary>
public interface IAppStopper
{
    /// <summary>Stops every process of the app and takes it off the edge.</summary>
    Task StopForGoodAsync(AppName app, CancellationToken cancel);
}
