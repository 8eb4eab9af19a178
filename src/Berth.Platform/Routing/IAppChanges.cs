using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Routing;

/// <summary>Told after an app's state on disk has changed; makes what runs match it. Without a daemon there is nothing to tell.</summary>
public interface IAppChanges
{
    /// <summary>The app's names changed: routes follow at once, its certificate when it has one.</summary>
    Task DomainsChangedAsync(AppName app, CommandOutput output, CancellationToken cancel);

    /// <summary>The app's certificate or targets changed, or the app is gone.</summary>
    void RoutesChanged(AppName app);
}
