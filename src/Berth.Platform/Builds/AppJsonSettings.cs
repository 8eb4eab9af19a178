using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.Builds;

/// <summary>The settings of <c>app-json:set</c>: where in an app's code its <c>app.json</c> is.</summary>
public sealed class AppJsonSettings(PropertyStore properties)
{
    private const string PathKey = "appjson-path";
    private const string Usual = "app.json";

    public SettingTable Table { get; } = new("app-json", properties, new Setting(PathKey, Usual) { Refuse = SettingValues.InnerPath(PathKey) });

    /// <returns>A path below the folder the app starts from.</returns>
    /// <exception cref="ProblemException"><see cref="SettingProblems.PropertyValueInvalid"/>: the file was edited by hand.</exception>
    public string PathOf(AppName app)
    {
        var path = Table.Effective(app, PathKey).Trim('/');
        return SettingValues.InnerPath(PathKey)(path) is { } problem ? throw problem.AsException() : path.Length > 0 ? path : Usual;
    }
}
