using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Builds;

/// <summary>The <c>builder:*</c> commands. <c>build-dir</c> is honoured; a builder that is selected is kept for Dokku, which has several.</summary>
public sealed class BuilderFeature(BuilderSettings settings, PropertyStore properties, AppCatalog apps) : IFeature
{
    private static readonly Report Report = new("builder-", "builder information");

    public string Name => "builder";

    public string Description => "Manage builder settings for an app";

    public IEnumerable<Command> Commands =>
    [
        new("builder:report", "[<app>|--global] [--format json] [<flag>]", "Display a builder report for one or more apps", ReportAsync),
        new("builder:set", "<app>|--global <key> [<value>]", "Set or clear a builder property for an app", SetAsync) { Keys = settings.Table.Keys },
    ];

    private Task<int> SetAsync(CommandCall call)
    {
        settings.Table.Set(call, apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => settings.Table.ReportAsync(call, apps, Report, (values, app, _) =>
        values["builder-detected"] = properties.Get("builder", app.Text, "detected") ?? "");
}
