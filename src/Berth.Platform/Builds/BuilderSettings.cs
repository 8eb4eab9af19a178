using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.Builds;

/// <summary>The settings of <c>builder:set</c>.</summary>
public sealed class BuilderSettings(PropertyStore properties)
{
    private const string BuildDir = "build-dir";

    public SettingTable Table { get; } = new(
        "builder",
        properties,
        new Setting(BuildDir) { Refuse = SettingValues.InnerPath(BuildDir) },
        new Setting("selected") { Refuse = SettingValues.Name("selected") },
        new Setting("skip-cleanup", "false") { Refuse = SettingValues.YesOrNo("skip-cleanup") });

    /// <returns>The folder inside a release that the app starts from; empty for the release itself.</returns>
    /// <exception cref="ProblemException"><see cref="SettingProblems.PropertyValueInvalid"/>: the file was edited by hand.</exception>
    public string BuildDirOf(AppName app)
    {
        var inner = Table.Effective(app, BuildDir).Trim('/');
        return SettingValues.InnerPath(BuildDir)(inner) is { } problem ? throw problem.AsException() : inner;
    }
}
