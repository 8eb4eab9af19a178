using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Properties;

/// <summary>
/// The <c>:report</c> and <c>:set</c> of one of Dokku's plugins whose work Berth does in another way, or not yet: its settings are kept as
/// Dokku keeps them, so that scripts that set them go on and a server can go back.
/// </summary>
public sealed class KeptFeature : IFeature
{
    private readonly SettingTable _table;
    private readonly Report _report;
    private readonly AppCatalog _apps;

    private KeptFeature(string name, string description, PropertyStore properties, AppCatalog apps, params IReadOnlyList<Setting> settings)
    {
        (Name, Description, _apps) = (name, description, apps);
        _table = new SettingTable(name, properties, settings);
        _report = new Report($"{name}-", $"{name} information");
    }

    public string Name { get; }

    public string Description { get; }

    public IEnumerable<Command> Commands =>
    [
        new($"{Name}:report", "[<app>|--global] [--format json] [<flag>]", $"Display a {Name} report for one or more apps", ReportAsync),
        new($"{Name}:set", "<app>|--global <key> [<value>]", $"Set or clear a {Name} property for an app (kept for Dokku)", SetAsync) { Keys = _table.Keys },
    ];

    /// <summary>All of them.</summary>
    public static IEnumerable<IFeature> All(PropertyStore properties, AppCatalog apps)
    {
        return
        [
            Builder("dockerfile", InnerPath("dockerfile-path", "Dockerfile")),
            Builder("herokuish", new Setting("allowed", "true") { Refuse = SettingValues.YesOrNo("allowed") }),
            Builder("lambda", InnerPath("lambdayml-path", "lambda.yml")),
            Builder("nixpacks", InnerPath("nixpackstoml-path", "nixpacks.toml")),
            Builder("pack", InnerPath("projecttoml-path", "project.toml")),
            Builder("railpack", InnerPath("railpackjson-path", "railpack.json")),
            new KeptFeature(
                "scheduler-docker-local",
                "Manage Dokku's docker-local scheduler settings for an app",
                properties,
                apps,
                new Setting("init-process", "true") { Refuse = SettingValues.YesOrNo("init-process") },
                new Setting("parallel-schedule-count", "1")),
        ];

        KeptFeature Builder(string name, Setting setting) =>
            new($"builder-{name}", $"Manage the {name} builder integration for an app", properties, apps, setting);

        static Setting InnerPath(string key, string file) => new(key, file) { Refuse = SettingValues.InnerPath(key) };
    }

    private Task<int> SetAsync(CommandCall call)
    {
        _table.Set(call, _apps);
        return Task.FromResult(0);
    }

    private Task<int> ReportAsync(CommandCall call) => _table.ReportAsync(call, _apps, _report);
}
