using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;

namespace Berth.Platform.Domains;

/// <summary>The domains an app has before anyone gives it some: one below each of the server's, or none and domains switched off.</summary>
public sealed class DomainSetup(DomainStore domains, ConfigStore config)
{
    /// <summary>Gives the app its defaults, and says so.</summary>
    public async Task RunAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        if (domains.DefaultsFor(app) is { Count: > 0 } defaults)
        {
            await domains.ChangeAsync(app, _ => defaults, cancel);
            output.QuietStep("Creating new app virtual host file...");
            return;
        }

        output.QuietStep("Global server virtual host not set, disabling app vhost...");
        await config.ChangeAsync(app, before => before.SetItem(DomainStore.Disabled, "1"), cancel);
    }
}
