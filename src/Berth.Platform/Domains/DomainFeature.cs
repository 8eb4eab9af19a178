using System.Net;
using System.Text.RegularExpressions;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Plugins;
using Berth.Platform.Routing;

namespace Berth.Platform.Domains;

/// <summary>The <c>domains:*</c> commands.</summary>
public sealed partial class DomainFeature(
    DomainStore domains, DomainSetup setup, ConfigStore config, AppCatalog apps, IAppChanges changes, ITriggers triggers) : IFeature
{
    private const int LongestName = 253;
    private static readonly Report Report = new("domains-", "domains information");

    public string Name => "domains";

    public string Description => "Manage domains used by the proxy";

    public IEnumerable<Command> Commands =>
    [
        new("domains:add", "<app> <domain> [<domain> ...]", "Add domains to app", AddAsync),
        new("domains:add-global", "<domain> [<domain> ...]", "Add global domain names", AddGlobalAsync),
        new("domains:clear", "<app>", "Clear all domains for app", ClearAsync),
        new("domains:clear-global", "", "Clear global domain names", ClearGlobalAsync),
        new("domains:disable", "<app>", "Disable domains (VHOST) for app", DisableAsync),
        new("domains:enable", "<app>", "Enable domains (VHOST) for app", EnableCommandAsync),
        new("domains:remove", "<app> <domain> [<domain> ...]", "Remove domains from app", RemoveAsync),
        new("domains:remove-global", "<domain> [<domain> ...]", "Remove global domain names", RemoveGlobalAsync),
        new("domains:report", "[<app>|--global] [--format json] [<flag>]", "Display a domains report for one or more apps", ReportAsync),
        new("domains:reset", "<app>", "Give the app the domains a new one would have", ResetAsync),
        new("domains:set", "<app> <domain> [<domain> ...]", "Set domains for app", SetAsync),
        new("domains:set-global", "<domain> [<domain> ...]", "Set global domain names", SetGlobalAsync),
    ];

    private async Task<int> AddAsync(CommandCall call)
    {
        var (app, names) = AppAndNames(call, "add");
        var known = Listed(app);
        RefuseTaken(app, names, call.Output);
        await domains.AddAsync(app, names, call.Cancel);
        foreach (var name in names)
        {
            call.Output.Step(known.Contains(name) ? $"Skipping: {name} already added to {app}" : $"Added {name} to {app}");
        }

        return await SwitchOnAsync(call, app, "add", names);
    }

    private async Task<int> RemoveAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var names = Named(words.Positional.Skip(1), $"{call.Caller.Program} domains:remove {app}").Select(word => IsAddress(word, out var text) ? text : word).ToArray();
        await domains.RemoveAsync(app, names, call.Cancel);
        foreach (var name in names)
        {
            call.Output.Step($"Removed {Printable.Of(name)} from {app}");
        }

        return await DoneAsync(call, app, "remove", names);
    }

    private async Task<int> SetAsync(CommandCall call)
    {
        var (app, names) = AppAndNames(call, "set");
        RefuseTaken(app, names, call.Output);
        await domains.ChangeAsync(app, _ => names, call.Cancel);
        call.Output.Step($"Set {string.Join(' ', names)} for {app}");
        return await SwitchOnAsync(call, app, "set", names);
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        await domains.ChangeAsync(app, _ => [], call.Cancel);
        call.Output.Step($"Cleared domains in {app}");
        return await DoneAsync(call, app, "clear", []);
    }

    private async Task<int> ResetAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        await domains.ForgetAsync(app, call.Cancel);
        await setup.RunAsync(app, call.Output, call.Cancel);
        var status = await DoneAsync(call, app, "reset", []);
        call.Output.QuietStep($"Reset domains for {app}");
        return status;
    }

    private async Task<int> EnableCommandAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (domains.IsEnabled(app))
        {
            call.Output.Step($"Domains (VHOST) support is already enabled for app ({app})");
            return 0;
        }

        await domains.ChangeAsync(app, before => domains.DefaultsFor(app) is { Count: > 0 } defaults ? defaults : before, call.Cancel);
        await TurnAsync(call, app, on: true);
        call.Output.Step("App virtual host support enabled");
        await changes.DomainsChangedAsync(app, call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> DisableAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        if (!domains.IsEnabled(app))
        {
            call.Output.Step($"Domains (VHOST) support is already disabled for app ({app})");
            return 0;
        }

        await TurnAsync(call, app, on: false);
        await domains.ForgetAsync(app, call.Cancel);
        call.Output.Step("App virtual host support disabled");
        await changes.DomainsChangedAsync(app, call.Output, call.Cancel);
        return 0;
    }

    private async Task<int> AddGlobalAsync(CommandCall call)
    {
        var names = Names(call.Parse().Positional, $"{call.Caller.Program} domains:add-global");
        var known = Listed(null);
        await domains.AddAsync(null, names, call.Cancel);
        foreach (var name in names)
        {
            call.Output.Step(known.Contains(name) ? $"Skipping {name}: already added" : $"Added {name}");
        }

        return 0;
    }

    private async Task<int> RemoveGlobalAsync(CommandCall call)
    {
        var names = Named(call.Parse().Positional, $"{call.Caller.Program} domains:remove-global");
        await domains.RemoveAsync(null, names, call.Cancel);
        foreach (var name in names)
        {
            call.Output.Step($"Removed {Printable.Of(name)}");
        }

        return 0;
    }

    private async Task<int> SetGlobalAsync(CommandCall call)
    {
        var names = Names(call.Parse().Positional, $"{call.Caller.Program} domains:set-global");
        await domains.ChangeAsync(null, _ => names, call.Cancel);
        call.Output.Step($"Set {string.Join(' ', names)}");
        return 0;
    }

    private async Task<int> ClearGlobalAsync(CommandCall call)
    {
        call.Output.QuietStep("Clearing global domains");
        await domains.ChangeAsync(null, _ => [], call.Cancel);
        return 0;
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        var global = domains.Read(null).Lines;
        var enabled = global.Any(line => IsAcceptable(line.Text.ToLowerInvariant()));
        var values = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["domains-global-enabled"] = enabled ? "true" : "false",
            ["domains-global-vhosts"] = enabled ? Joined(global) : "",
        };
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", values, request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            values["domains-app-enabled"] = domains.IsEnabled(app) ? "true" : "false";
            values["domains-app-vhosts"] = Joined(domains.Read(app).Lines);
            Report.Print(call.Output, app.Text, values, request);
        }

        return Task.FromResult(0);
    }

    private static string Joined(IEnumerable<VhostLine> lines) => string.Join(' ', lines.Select(line => Printable.Of(line.Text)));

    private HashSet<string> Listed(AppName? app) => domains.Read(app).Lines.Select(line => line.Text).ToHashSet(StringComparer.Ordinal);

    private (AppName App, string[] Names) AppAndNames(CommandCall call, string command)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        return (app, [.. Named(words.Positional.Skip(1), $"{call.Caller.Program} domains:{command} {app}").Select(AcceptedHost).Distinct()]);
    }

    private static string[] Names(IEnumerable<string> words, string usage) => [.. Named(words, usage).Select(Accepted).Distinct()];

    private static string[] Named(IEnumerable<string> words, string usage)
    {
        var names = words.Select(word => word.ToLowerInvariant()).ToArray();
        return names.Length > 0 ? names : throw DomainProblems.Missing(usage).AsException();
    }

    // An app has addresses beside names; the server's own domains are what names are made below.
    private static string AcceptedHost(string word) => IsAddress(word, out var address) ? address : Accepted(word);

    private static string Accepted(string word) =>
        DomainName.TryParse(word, out var domain, out var reason) ? domain.Text
        : IsAcceptable(word) ? word
        : throw DomainProblems.Refused(word, reason).AsException();

    // What the contract takes into a VHOST file; not all of it is a name that can be routed or certified, which DoneAsync tells.
    private static bool IsAcceptable(string word) =>
        word == VhostFile.CatchAll || (word.Length <= LongestName && Acceptable().IsMatch(word) && CouldNameSomething(word));

    // A hyphen, a star or a bare number names no host on any server; an address does, and names with a letter might.
    private static bool CouldNameSomething(string word) => word.Any(char.IsAsciiLetter) || (word.Contains('.') && IPAddress.TryParse(word, out _));

    private static bool IsAddress(string word, out string text)
    {
        text = DomainName.TryParseHost(word, out var host, out _) ? host.Text : word;
        return host?.Address is not null;
    }

    private void RefuseTaken(AppName app, string[] names, CommandOutput output)
    {
        // One app's files that cannot be read keep no other from its domains.
        void Warn(AppName other, Problem problem) => output.Warn($"{other}: {problem.Found} Whether it has one of these domains is not known.");
        if (domains.HolderOf(names, apps.List().Where(other => other != app), Warn) is { } taken)
        {
            throw DomainProblems.Taken(taken.Name, taken.Holder).AsException();
        }
    }

    /// <summary>Adding or setting a domain turns domain support on again, as users expect of the words.</summary>
    private async Task<int> SwitchOnAsync(CommandCall call, AppName app, string action, string[] names)
    {
        if (!domains.IsEnabled(app))
        {
            await TurnAsync(call, app, on: true);
        }

        return await DoneAsync(call, app, action, names);
    }

    private async Task TurnAsync(CommandCall call, AppName app, bool on)
    {
        await triggers.FireAsync(on ? "pre-enable-vhost" : "pre-disable-vhost", [app.Text], call.Output, call.Cancel);
        await config.ChangeAsync(app, before => before.SetItem(DomainStore.Disabled, on ? "0" : "1"), call.Cancel);
    }

    private async Task<int> DoneAsync(CommandCall call, AppName app, string action, string[] names)
    {
        foreach (var fault in domains.Read(app).Faults)
        {
            call.Output.Warn(fault.Found);
        }

        await changes.DomainsChangedAsync(app, call.Output, call.Cancel);
        await triggers.FireAsync("post-domains-update", [app.Text, action, .. names], call.Output, call.Cancel);
        return 0;
    }

    [GeneratedRegex("^[a-z0-9.*-]*[a-z0-9*-]$", RegexOptions.CultureInvariant)]
    private static partial Regex Acceptable();
}
