using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Routing;

namespace Berth.Platform.Domains;

/// <summary>The <c>domains:*</c> commands.</summary>
public sealed class DomainFeature(DomainStore domains, ConfigStore config, AppCatalog apps, IAppChanges changes) : IFeature
{
    private static readonly Report Report = new("domains-", "domains information");

    public string Name => "domains";

    public string Description => "Manage domains used by the proxy";

    public IEnumerable<Command> Commands =>
    [
        new("domains:add", "<app> <domain> [<domain> ...]", "Add domains to app", AddAsync),
        new("domains:remove", "<app> <domain> [<domain> ...]", "Remove domains from app", RemoveAsync),
        new("domains:set", "<app> <domain> [<domain> ...]", "Set domains for app", SetAsync),
        new("domains:clear", "<app>", "Clear all domains for app", ClearAsync),
        new("domains:set-global", "<domain> [<domain> ...]", "Set global domain names", SetGlobalAsync),
        new("domains:report", "[<app>|--global] [--format json] [<flag>]", "Display a domains report for one or more apps", ReportAsync),
    ];

    private async Task<int> AddAsync(CommandCall call)
    {
        var (app, names) = AppAndNames(call);
        var known = domains.Read(app).Lines.Select(line => line.Text).ToHashSet(StringComparer.Ordinal);
        RefuseTaken(app, names);
        await domains.ChangeAsync(app, before => [.. before.Union(names)], call.Cancel);
        foreach (var name in names)
        {
            call.Output.Step(known.Contains(name) ? $"Skipping: {name} already added to {app}" : $"Added {name} to {app}");
        }

        return await EnableAsync(call, app);
    }

    private async Task<int> RemoveAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var names = words.Positional.Skip(1).Select(word => word.ToLowerInvariant()).ToArray();
        if (names.Length == 0)
        {
            throw DomainProblems.Missing().AsException();
        }

        await domains.ChangeAsync(app, before => [.. before.Except(names, StringComparer.OrdinalIgnoreCase)], call.Cancel);
        foreach (var name in names)
        {
            call.Output.Step($"Removed {Printable.Of(name)} from {app}");
        }

        return await DoneAsync(call, app);
    }

    private async Task<int> SetAsync(CommandCall call)
    {
        var (app, names) = AppAndNames(call);
        RefuseTaken(app, names);
        await domains.ChangeAsync(app, _ => names, call.Cancel);
        call.Output.Step($"Set {string.Join(' ', names)} for {app}");
        return await EnableAsync(call, app);
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        await domains.ChangeAsync(app, _ => [], call.Cancel);
        call.Output.Step($"Cleared domains in {app}");
        return await DoneAsync(call, app);
    }

    private async Task<int> SetGlobalAsync(CommandCall call)
    {
        var names = Names(call.Parse().Positional);
        await domains.ChangeAsync(null, _ => names, call.Cancel);
        call.Output.Step($"Set {string.Join(' ', names)}");
        return 0;
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call.Words);
        var global = domains.Read(null).Lines.Select(line => line.Text).ToArray();
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["domains-global-enabled"] = global.Length > 0 ? "true" : "false",
            ["domains-global-vhosts"] = string.Join(' ', global),
        };
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", values, request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            values["domains-app-enabled"] = domains.IsEnabled(app) ? "true" : "false";
            values["domains-app-vhosts"] = string.Join(' ', domains.Read(app).Lines.Select(line => line.Text));
            Report.Print(call.Output, app.Text, values, request);
        }

        return Task.FromResult(0);
    }

    private (AppName App, string[] Names) AppAndNames(CommandCall call)
    {
        var words = call.Parse();
        return (apps.Find(words.At(0)), Names(words.Positional.Skip(1)));
    }

    private static string[] Names(IEnumerable<string> words)
    {
        var names = words.Select(Accepted).Distinct().ToArray();
        return names.Length > 0 ? names : throw DomainProblems.Missing().AsException();
    }

    private static string Accepted(string word) =>
        word == VhostFile.CatchAll ? word
        : DomainName.TryParse(word, out var domain, out var reason) ? domain.Text
        : throw DomainProblems.Refused(word, reason).AsException();

    private void RefuseTaken(AppName app, string[] names)
    {
        foreach (var other in apps.List().Where(other => other != app))
        {
            if (domains.Read(other).Domains.FirstOrDefault(domain => names.Contains(domain.Text)) is { } taken && domains.IsEnabled(other))
            {
                throw DomainProblems.Taken(taken.Text, other).AsException();
            }
        }
    }

    /// <summary>Adding or setting a domain turns domain support on again, as users expect of the words.</summary>
    private async Task<int> EnableAsync(CommandCall call, AppName app)
    {
        if (!domains.IsEnabled(app))
        {
            await config.ChangeAsync(app, before => before.Remove("NO_VHOST"), call.Cancel);
        }

        return await DoneAsync(call, app);
    }

    private async Task<int> DoneAsync(CommandCall call, AppName app)
    {
        foreach (var fault in domains.Read(app).Faults)
        {
            call.Output.Warn(fault.Found);
        }

        await changes.DomainsChangedAsync(app, call.Output, call.Cancel);
        return 0;
    }
}
