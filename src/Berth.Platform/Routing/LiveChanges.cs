using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;

namespace Berth.Platform.Routing;

/// <summary>In the daemon: routes follow at once, and a certificate that misses a new name, or is missing by default, is ordered in the background.</summary>
public sealed class LiveChanges(RoutePublisher routes, RenewalLoop renewals) : IAppChanges
{
    public Task DomainsChangedAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        RoutesChanged(app);
        return Task.CompletedTask;
    }

    public void RoutesChanged(AppName app)
    {
        routes.Publish(app);
        renewals.Nudge(app);
    }
}
