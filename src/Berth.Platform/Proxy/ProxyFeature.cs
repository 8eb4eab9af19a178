using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Domains;
using Berth.Platform.Plugins;
using Berth.Platform.Routing;

namespace Berth.Platform.Proxy;

/// <summary>
/// The <c>proxy:*</c> commands. The edge follows the files by itself, so building its configuration is publishing what is there, and
/// clearing it takes an app's routes off until something publishes them again.
/// </summary>
public sealed class ProxyFeature(ProxySettings settings, DomainStore domains, AppCatalog apps, RouteChanges routes, ITriggers triggers)
    : IFeature
{
    private static readonly Report Report = new("proxy-", "proxy information");

    public string Name => "proxy";

    public string Description => "Manage the proxy integration for an app";

    public IEnumerable<Command> Commands =>
    [
        new("proxy:build-config", "[--parallel count] [--all|<app>]", "(Re)builds config for a given app", call => ForEachAsync(call, "build-config", BuildAsync)),
        new("proxy:clear-config", "[--all|<app>]", "Clears config for a given app", ClearAsync),
        new("proxy:disable", "[--parallel count] [--all|<app>]", "Disable proxy for app", call => ForEachAsync(call, "disable", DisableAsync)),
        new("proxy:enable", "[--parallel count] [--all|<app>]", "Enable proxy for app", call => ForEachAsync(call, "enable", EnableAsync)),
        new("proxy:report", "[<app>] [<flag>]", "Displays a proxy report for one or more apps", ReportAsync),
        new("proxy:set", "[<app>|--global] <key> (<value>)", "Set or clear a proxy property for an app", SetAsync),
    ];

    private async Task BuildAsync(CommandCall call, AppName app)
    {
        if (settings.IsEnabled(app))
        {
            foreach (var domain in domains.DomainsOf(app))
            {
                call.Output.Step($"Configuring {domain}...(using built-in template)");
            }
        }

        await triggers.FireAsync("nginx-pre-reload", [app.Text], call.Output, call.Cancel);
        await routes.PublishAsync(app, call.Output, call.Cancel);
        await triggers.FireAsync("proxy-build-config", [app.Text], call.Output, call.Cancel);
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var words = call.Parse(["--all"]);
        var chosen = words.Has("--all") ? apps.List() : [apps.Find(words.At(0))];
        foreach (var app in chosen)
        {
            routes.Withdraw(app);
        }

        await triggers.FireAsync("proxy-clear-config", [words.Has("--all") ? "--all" : chosen[0].Text], call.Output, call.Cancel);
        return 0;
    }

    private Task DisableAsync(CommandCall call, AppName app) => settings.IsEnabled(app)
        ? SwitchAsync(call, app, enabled: false, "Disabling proxy for app", "proxy-disable")
        : SayAsync(call, "Proxy is already disable for app");

    private Task EnableAsync(CommandCall call, AppName app) => settings.IsEnabled(app)
        ? SayAsync(call, "Proxy is already enabled for app")
        : SwitchAsync(call, app, enabled: true, "Enabling proxy for app", "proxy-enable");

    private async Task SwitchAsync(CommandCall call, AppName app, bool enabled, string said, string trigger)
    {
        call.Output.Step(said);
        await settings.EnableAsync(app, enabled, call.Cancel);
        await routes.PublishAsync(app, call.Output, call.Cancel);
        await triggers.FireAsync(trigger, [app.Text], call.Output, call.Cancel);
    }

    private static Task SayAsync(CommandCall call, string text)
    {
        call.Output.Step(text);
        return Task.CompletedTask;
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", settings.Report(null), request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            Report.Print(call.Output, app.Text, settings.Report(app), request);
        }

        return Task.FromResult(0);
    }

    private async Task<int> SetAsync(CommandCall call)
    {
        if (settings.Set(WithType(call), apps) is { } app)
        {
            await routes.PublishAsync(app, call.Output, call.Cancel);
        }
        else
        {
            routes.PublishAll();
        }

        return 0;
    }

    /// <summary>The form of older servers, <c>proxy:set app nginx</c>, said as today.</summary>
    private static CommandCall WithType(CommandCall call)
    {
        if (call.Words is not [var scope, var word] || word.Length == 0 || ProxySettings.Keys.Contains(word) || word.StartsWith('-'))
        {
            return call;
        }

        return word.Contains(':', StringComparison.Ordinal)
            ? throw ProxyProblems.PortsMeant().AsException()
            : new CommandCall
            {
                Words = [scope, ProxySettings.Type, word],
                Caller = call.Caller,
                Output = call.Output,
                OpenInput = call.OpenInput,
                Cancel = call.Cancel,
            };
    }

    /// <summary>Does something for one app, or for all of them; one that fails keeps no other from its turn.</summary>
    private async Task<int> ForEachAsync(CommandCall call, string action, Func<CommandCall, AppName, Task> act)
    {
        var words = call.Parse(["--all"], ["--parallel"]);
        var parallel = Parallel(words.Value("--parallel"));
        if (!words.Has("--all"))
        {
            await act(call, apps.Find(words.At(0)));
            return 0;
        }

        Announce(call, action, parallel);
        var (all, failures) = (apps.List(), 0);
        if (all.Count == 0)
        {
            call.Output.Warn(AppListing.NoApps);
        }

        foreach (var app in all)
        {
            call.Output.Step($"Running {action} against app {app}");
            try
            {
                await act(call, app);
            }
            catch (ProblemException e)
            {
                call.Output.Warn($"Error running {action} against app {app}: {e.Problem.Found}");
                failures++;
            }
        }

        return failures == 0 ? 0 : 1;
    }

    private static void Announce(CommandCall call, string action, int parallel)
    {
        if (parallel == -1)
        {
            call.Output.Warn($"Setting --parallel=-1 value to CPU count of {Environment.ProcessorCount}");
        }
        else if (parallel is 0 or 1)
        {
            call.Output.Warn($"Running {action} in serial mode");
        }
    }

    // Each app takes microseconds, so all are done one after another whatever number is given; it is checked all the same.
    private static int Parallel(string? text) =>
        text is null ? 0
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count) && count is >= -1 and <= 1024 ? count
        : throw ProxyProblems.InvalidParallel(text).AsException();
}
