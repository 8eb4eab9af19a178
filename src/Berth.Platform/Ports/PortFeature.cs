using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Plugins;
using Berth.Platform.Routing;

namespace Berth.Platform.Ports;

/// <summary>The <c>ports:*</c> commands.</summary>
public sealed class PortFeature(PortStore ports, PortPlan plan, AppCatalog apps, RouteChanges routes, ITriggers triggers) : IFeature
{
    private const string Updated = "post-proxy-ports-update";
    private const string Words = "<scheme>:<host-port>:<container-port>";

    private static readonly Report Report = new("ports-", "ports information");

    public string Name => "ports";

    public string Description => "Manage ports for an app";

    public IEnumerable<Command> Commands =>
    [
        new("ports:list", "<app>", "List port mappings for app", ListAsync),
        new("ports:add", $"<app> [{Words}...]", "Add port mappings to an app", AddAsync),
        new("ports:clear", "<app>", "Clear all port mappings for an app", ClearAsync),
        new("ports:remove", $"<app> [<host-port>|{Words}...]", "Remove specific port mappings from an app", RemoveAsync),
        new("ports:set", $"<app> [{Words}...]", "Set port mappings for an app", SetAsync),
        new("ports:report", "[<app>] [<flag>]", "Displays a ports report for one or more apps", ReportAsync),
    ];

    private Task<int> ListAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        var mappings = ports.Read(app);
        if (mappings.IsEmpty)
        {
            throw PortProblems.None(app).AsException();
        }

        if (!call.Caller.Quiet)
        {
            call.Output.Step($"Port mappings for {app}");
        }

        foreach (var line in PortTable.Lines(mappings, headed: !call.Caller.Quiet))
        {
            call.Output.Line(line);
        }

        return Task.FromResult(0);
    }

    private Task<int> AddAsync(CommandCall call)
    {
        var (app, added) = AppAndMappings(call);
        RefuseReused("new ", added);
        RefuseReused("all ", [.. ports.Read(app), .. added]);
        WarnOfUnserved(call, added);
        return ChangeAsync(call, app, "add", before => [.. before, .. added]);
    }

    private Task<int> SetAsync(CommandCall call)
    {
        var (app, wanted) = AppAndMappings(call);
        RefuseReused("", wanted);
        WarnOfUnserved(call, wanted);
        return ChangeAsync(call, app, "set", _ => wanted);
    }

    private Task<int> RemoveAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        var selected = PortWords.Selection(words.Positional.Skip(1));
        return ChangeAsync(call, app, "remove", before => before.Where(mapping => !selected(mapping)));
    }

    private async Task<int> ClearAsync(CommandCall call)
    {
        var app = apps.Find(call.Parse().At(0));
        await ports.ClearAsync(app, call.Cancel);
        return await DoneAsync(call, app, "clear");
    }

    private Task<int> ReportAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            Report.Print(call.Output, "Global", new Dictionary<string, string>(), request);
            return Task.FromResult(0);
        }

        foreach (var app in apps.Reported(request, call))
        {
            var values = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["ports-map"] = string.Join(' ', ports.Read(app)),
                ["ports-map-detected"] = string.Join(' ', plan.DetectedOf(app)),
            };
            Report.Print(call.Output, app.Text, values, request);
        }

        return Task.FromResult(0);
    }

    private async Task<int> ChangeAsync(
        CommandCall call, AppName app, string action, Func<ImmutableArray<PortMapping>, IEnumerable<PortMapping>> change)
    {
        await ports.ChangeAsync(app, change, call.Cancel);
        return await DoneAsync(call, app, action);
    }

    private async Task<int> DoneAsync(CommandCall call, AppName app, string action)
    {
        await routes.PublishAsync(app, call.Output, call.Cancel);
        await triggers.FireAsync(Updated, [app.Text, action], call.Output, call.Cancel);
        return 0;
    }

    private (AppName App, ImmutableArray<PortMapping> Mappings) AppAndMappings(CommandCall call)
    {
        var words = call.Parse();
        return (apps.Find(words.At(0)), PortWords.Mappings(words.Positional.Skip(1)));
    }

    private static void WarnOfUnserved(CommandCall call, ImmutableArray<PortMapping> mappings)
    {
        foreach (var mapping in mappings.Where(mapping => !mapping.IsServed))
        {
            call.Output.Warn($"{mapping} is kept, but has no effect: the edge speaks http and https");
        }
    }

    private static void RefuseReused(string which, ImmutableArray<PortMapping> mappings)
    {
        if (mappings.GroupBy(mapping => mapping.Key).FirstOrDefault(same => same.Count() > 1) is { } reused)
        {
            throw PortProblems.Reused(which, reused.Key).AsException();
        }
    }
}
