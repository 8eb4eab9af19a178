using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Properties;

/// <summary>
/// The settings of one feature: what <c>:set</c> accepts, what holds for an app, and the three keys <c>:report</c> shows of each
/// (<c>x</c> as the app set it, <c>global-x</c> as set for all, <c>computed-x</c> as it holds).
/// </summary>
public sealed class SettingTable(string feature, PropertyStore properties, params IReadOnlyList<Setting> settings)
{
    private string[] Keys => [.. settings.Select(setting => setting.Key).Order(StringComparer.Ordinal)];

    /// <returns>What the app itself has set, or null.</returns>
    public string? Own(AppName app, string key) => properties.Get(feature, app.Text, key);

    /// <returns>What is set for all apps, or null.</returns>
    public string? ForAll(string key) => properties.Get(feature, PropertyStore.Global, key);

    /// <returns>What holds for the app: its own, else that of all apps, else the default.</returns>
    public string Effective(AppName app, string key) =>
        Own(app, key) ?? (Find(key).ForAll ? ForAll(key) : null) ?? Find(key).Default;

    /// <summary>Adds the three report keys of each setting, or the one that makes sense where it is only global or only an app's.</summary>
    public void AddTo(IDictionary<string, string> values, AppName app)
    {
        foreach (var setting in settings.Where(setting => IsShown(setting, app)))
        {
            if (setting.ForApp)
            {
                values[$"{feature}-{setting.Key}"] = Own(app, setting.Key) ?? "";
            }

            values[$"{feature}-computed-{setting.Key}"] = Effective(app, setting.Key);
        }

        AddGlobalTo(values, app);
    }

    /// <summary>Adds what <c>:report --global</c> shows.</summary>
    /// <param name="values">Gets them.</param>
    /// <param name="app">The app whose report it is; null when it is about all.</param>
    public void AddGlobalTo(IDictionary<string, string> values, AppName? app = null)
    {
        foreach (var setting in settings.Where(setting => setting.ForAll && IsShown(setting, app)))
        {
            values[$"{feature}-global-{setting.Key}"] = ForAll(setting.Key) ?? "";
        }
    }

    /// <summary>Adds what holds for an app that sets nothing, which some features show beside it.</summary>
    public void AddComputedTo(IDictionary<string, string> values)
    {
        foreach (var setting in settings.Where(setting => setting.ForAll && IsShown(setting, null)))
        {
            values[$"{feature}-computed-{setting.Key}"] = ForAll(setting.Key) ?? setting.Default;
        }
    }

    /// <summary>The body of <c>:set &lt;app|--global&gt; &lt;key&gt; [&lt;value&gt;]</c>: checks, says so, writes.</summary>
    /// <returns>The app it was set for; null for all.</returns>
    /// <exception cref="ProblemException">No such app or key, or a value the key cannot have.</exception>
    public AppName? Set(CommandCall call, AppCatalog apps)
    {
        var words = call.Parse(["--global"]);
        var app = words.Has("--global") ? null : apps.Find(words.At(0));
        var rest = words.Positional.Skip(app is null ? 0 : 1).ToArray();
        var setting = Permitted(app, rest.Length > 0 ? rest[0] : "");
        var value = string.Join(' ', rest.Skip(1));
        if (value.Length > 0 && setting.Refuse?.Invoke(value) is { } problem)
        {
            throw problem.AsException();
        }

        call.Output.Headline(value.Length > 0 ? $"Setting {setting.Key} to {value}" : $"Unsetting {setting.Key}");
        properties.Set(feature, app?.Text ?? PropertyStore.Global, setting.Key, value);
        return app;
    }

    private bool IsShown(Setting setting, AppName? app) =>
        !setting.Hidden
        && (!setting.OnlyWhenSet || ForAll(setting.Key) is not null || app is not null && Own(app, setting.Key) is not null);

    private Setting Find(string key) => settings.First(setting => setting.Key == key);

    private Setting Permitted(AppName? app, string key)
    {
        var setting = settings.FirstOrDefault(setting => setting.Key == key);
        if (app is null && setting is not { ForAll: true })
        {
            throw SettingProblems.NotGlobal(key).AsException();
        }

        if (key.Length == 0)
        {
            throw SettingProblems.Missing(Keys).AsException();
        }

        return setting switch
        {
            null => throw SettingProblems.Unknown(Keys).AsException(),
            { ForApp: false } when app is not null => throw SettingProblems.NotPerApp(key, setting.NotPerApp).AsException(),
            _ => setting,
        };
    }
}
