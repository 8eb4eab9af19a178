using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Processes;

/// <summary>
/// The <c>scheduler:*</c> commands. Every app runs with the embedded scheduler whatever is selected: the value is kept, so that a
/// server can go back to Dokku, and a choice that is not followed is told of.
/// </summary>
public sealed class SchedulerFeature(PropertyStore properties, AppCatalog apps) : IFeature
{
    private const string Selected = "selected";

    private static readonly Report Report = new("scheduler-", "scheduler information");

    private readonly SettingTable _table = new(
        "scheduler",
        properties,
        new Setting(Selected, "docker-local") { Refuse = SettingValues.Name(Selected) },
        new Setting("shell") { Refuse = SettingValues.InnerPath("shell") });

    public string Name => "scheduler";

    public string Description => "Manage scheduler settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("scheduler:report", "[<app>|--global] [--format json] [<flag>]", "Display a scheduler report for one or more apps", ReportAsync),
        new("scheduler:set", "<app>|--global <key> [<value>]", "Set or clear a scheduler property for an app", SetAsync) { Keys = _table.Keys },
    ];

    private Task<int> SetAsync(CommandCall call)
    {
        var app = _table.Set(call, apps);
        var now = app is null ? _table.ForAll(Selected) : _table.Own(app, Selected);
        if (now is not (null or "docker-local" or "embedded") && call.Words.Contains(Selected))
        {
            call.Output.Warn("Kept, but Berth runs every app with its embedded scheduler");
        }

        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => _table.ReportAsync(call, apps, Report);
}
