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
    /// <summary>What <c>:set</c> takes, in ordinal order.</summary>
    public IReadOnlyList<string> Keys => KeysOf(_ => true);

    private IReadOnlyList<string> Listed => KeysOf(setting => !setting.IsOwn);

    private string[] KeysOf(Func<Setting, bool> which) => [.. settings.Where(which).Select(setting => setting.Key).Order(StringComparer.Ordinal)];

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
                values[$"{feature}-{setting.Key}"] = Shown(setting, Own(app, setting.Key) ?? "");
            }

            if (setting.ForAll || setting.Computed)
            {
                values[$"{feature}-computed-{setting.Key}"] = Shown(setting, Effective(app, setting.Key));
            }
        }

        foreach (var key in FamilyKeys(app.Text).Union(FamilyKeys(PropertyStore.Global)))
        {
            AddIfSet(values, $"{feature}-{key}", Own(app, key));
            AddIfSet(values, $"{feature}-computed-{key}", Own(app, key) ?? ForAll(key));
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
            values[$"{feature}-global-{setting.Key}"] = Shown(setting, ForAll(setting.Key) ?? "");
        }

        foreach (var key in FamilyKeys(PropertyStore.Global))
        {
            AddIfSet(values, $"{feature}-global-{key}", ForAll(key));
        }
    }

    /// <summary>Adds what holds for an app that sets nothing, which some features show beside it.</summary>
    public void AddComputedTo(IDictionary<string, string> values)
    {
        foreach (var setting in settings.Where(setting => setting.ForAll && IsShown(setting, null)))
        {
            values[$"{feature}-computed-{setting.Key}"] = Shown(setting, ForAll(setting.Key) ?? setting.Default);
        }
    }

    /// <summary>The body of <c>:set &lt;app|--global&gt; &lt;key&gt; [&lt;value&gt;]</c>: checks, says so, writes.</summary>
    /// <returns>The app it was set for; null for all.</returns>
    /// <exception cref="ProblemException">No such app or key, or a value the key cannot have.</exception>
    public AppName? Set(CommandCall call, AppCatalog apps)
    {
        var (app, rest) = ScopeOf(call.Words, apps);
        var setting = Permitted(app, rest.Length > 0 ? rest[0] : "");
        var (key, value) = (rest[0], string.Join(' ', rest.Skip(1)));
        if (value.Length > 0 && setting.Refuse?.Invoke(value) is { } problem)
        {
            throw problem.AsException();
        }

        call.Output.Headline(value.Length > 0 ? $"Setting {key} to {(setting.Secret ? "****" : Printable.Of(value, 4096))}" : $"Unsetting {key}");
        properties.Set(feature, app?.Text ?? PropertyStore.Global, key, value);
        return app;
    }

    // That it is set, and no more.
    private static string Shown(Setting setting, string value) => setting.Secret && value.Length > 0 ? "****" : value;

    private bool IsShown(Setting setting, AppName? app) =>
        setting is { Hidden: false, IsFamily: false }
        && (!setting.OnlyWhenSet || ForAll(setting.Key) is not null || app is not null && Own(app, setting.Key) is not null);

    /// <summary>Only the words before the key are flags: a value may well begin with a dash.</summary>
    private (AppName? App, string[] Words) ScopeOf(IReadOnlyList<string> words, AppCatalog apps)
    {
        var global = words.ToList().IndexOf("--global");
        if (global >= 0)
        {
            return (null, [.. words.Where((_, index) => index != global)]);
        }

        var first = words.Count > 0 && words[0] == "--" ? 1 : 0;
        return words.Count > first && words[first].StartsWith('-')
            ? throw CommandLineProblems.UnknownFlag(words[first], $"{feature}:set").AsException()
            : (apps.Find(words.Count > first ? words[first] : null), [.. words.Skip(first + 1)]);
    }

    private IEnumerable<string> FamilyKeys(string scope) => settings.Any(setting => setting.IsFamily)
        ? properties.Keys(feature, scope).Where(key => settings.Any(setting => setting.IsFamily && setting.Matches(key)))
        : [];

    private static void AddIfSet(IDictionary<string, string> values, string key, string? value)
    {
        if (value is not null)
        {
            values[key] = value;
        }
    }

    private Setting Find(string key) => settings.First(setting => setting.Matches(key));

    private Setting Permitted(AppName? app, string key)
    {
        var setting = settings.FirstOrDefault(setting => setting.Matches(key));
        if (app is null && setting is not { ForAll: true })
        {
            throw (setting is null && key.Length > 0
                ? SettingProblems.UnknownGlobally(key, KeysOf(known => known.ForAll), Nearest.Of(key, KeysOf(known => known is { ForAll: true, IsFamily: false })))
                : SettingProblems.NotGlobal(key)).AsException();
        }

        if (key.Length == 0)
        {
            throw SettingProblems.Missing(Listed).AsException();
        }

        return setting switch
        {
            null => throw SettingProblems.Unknown(
                Listed, KeysOf(known => known.IsOwn), Nearest.Of(key, KeysOf(known => known is { ForApp: true, IsFamily: false }))).AsException(),
            { ForApp: false } when app is not null => throw SettingProblems.NotPerApp(key, setting.NotPerApp).AsException(),
            _ => setting,
        };
    }
}
