using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Processes;

/// <summary>The <c>scheduler-docker-local:*</c> commands: settings of Dokku's own scheduler, kept for going back to it; nothing here follows them.</summary>
public sealed class DockerLocalFeature(PropertyStore properties, AppCatalog apps) : IFeature
{
    private const string Feature = "scheduler-docker-local";

    private static readonly Report Report = new($"{Feature}-", $"{Feature} information");

    private readonly SettingTable _table = new(
        Feature,
        properties,
        new Setting("init-process", "true") { Refuse = SettingValues.YesOrNo("init-process") },
        new Setting("parallel-schedule-count", "1"));

    public string Name => Feature;

    public string Description => "Manage Dokku's docker-local scheduler settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new($"{Feature}:report", "[<app>|--global] [--format json] [<flag>]", $"Display a {Feature} report for one or more apps", ReportAsync),
        new($"{Feature}:set", "<app>|--global <key> [<value>]", $"Set or clear a {Feature} property for an app (kept for Dokku)", SetAsync) { Keys = _table.Keys },
    ];

    private Task<int> SetAsync(CommandCall call)
    {
        _table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => _table.ReportAsync(call, apps, Report);
}
