using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Builds;

/// <summary>The <c>app-json:*</c> commands.</summary>
public sealed class AppJsonFeature(AppJsonSettings settings, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("app-json-", "app-json information") { KeepsPrefixToo = true };

    public string Name => "app-json";

    public string Description => "Manage app-json settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("app-json:report", "[<app>|--global] [--format json] [<flag>]", "Display an app-json report for one or more apps", ReportAsync),
        new("app-json:set", "<app>|--global <key> [<value>]", "Set or clear an app-json property for an app", SetAsync) { Keys = settings.Table.Keys },
    ];

    private Task<int> SetAsync(CommandCall call)
    {
        settings.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => settings.Table.ReportAsync(call, apps, Report);
}
