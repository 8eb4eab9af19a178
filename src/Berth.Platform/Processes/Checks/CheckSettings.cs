using System.Collections.Immutable;
using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.Properties;

namespace Berth.Platform.Processes.Checks;

/// <summary>
/// How new instances are looked at before they get requests: the settings of <c>checks:set</c>, and the types whose checks are
/// skipped or disabled (<c>skipped</c> and <c>disabled</c>: a list with commas, or <c>_all_</c>).
/// </summary>
public sealed class CheckSettings(PropertyStore properties, ConfigStore config)
{
    public const string Disabled = "disabled";
    public const string Skipped = "skipped";

    private const string Feature = "checks";
    private const int MostAttempts = 1000;

    // In the app's ENV on servers older than the properties.
    private static readonly ImmutableDictionary<string, string> Older = ImmutableDictionary.CreateRange(
    [
        KeyValuePair.Create(Disabled, "DOKKU_CHECKS_DISABLED"),
        KeyValuePair.Create(Skipped, "DOKKU_CHECKS_SKIPPED"),
    ]);

    public SettingTable Table { get; } = new(
        Feature,
        properties,
        new Setting("attempts", "3") { OnlyWhenSet = true, Refuse = SettingValues.Number("attempts", 1, MostAttempts) },
        new Setting("timeout", "5") { OnlyWhenSet = true, Refuse = SettingValues.Number("timeout", 1, SettingValues.MostSeconds) },
        new Setting("wait", "5") { OnlyWhenSet = true, Refuse = SettingValues.Number("wait", 0, SettingValues.MostSeconds) },
        new Setting("wait-to-retire", "60") { Refuse = SettingValues.Number("wait-to-retire", 0, SettingValues.MostSeconds) });

    public TypeList ListOf(AppName app, string list) =>
        TypeList.Parse(properties.Get(Feature, app.Text, list) ?? config.Get(app, Older[list]) ?? "");

    /// <summary>Writes both lists, and takes an older server's words for them out of the app's configuration.</summary>
    public async Task SaveAsync(AppName app, TypeList disabled, TypeList skipped, CancellationToken cancel)
    {
        properties.Set(Feature, app.Text, Disabled, disabled.Text);
        properties.Set(Feature, app.Text, Skipped, skipped.Text);
        if (Older.Values.Any(key => config.Get(app, key) is not null))
        {
            await config.ChangeAsync(app, before => before.RemoveRange(Older.Values), cancel);
        }
    }

    /// <summary>How long old instances serve what they have begun.</summary>
    public TimeSpan DrainTimeoutOf(AppName app) => TimeSpan.FromSeconds(Number(app, "wait-to-retire"));

    /// <summary>What the app's own check asks for, with the settings where it says nothing.</summary>
    /// <exception cref="ProblemException"><see cref="SettingProblems.PropertyValueInvalid"/>: a file was edited by hand.</exception>
    public HealthSettings HealthOf(AppName app, AppHealthCheck? own)
    {
        var health = new HealthSettings
        {
            HttpPath = own?.Path,
            Attempts = Math.Max(1, own?.Attempts ?? Number(app, "attempts")),
            Timeout = TimeSpan.FromSeconds(own?.Timeout ?? Number(app, "timeout")),
            Wait = TimeSpan.FromSeconds(own?.Wait ?? Number(app, "wait")),
        };
        var asking = health.HttpPath is null ? TimeSpan.Zero : health.Attempts * (health.Timeout + health.Wait);
        var deadline = health.Deadline + asking;
        return health with
        {
            Uptime = own?.Uptime is { } uptime ? TimeSpan.FromSeconds(uptime) : health.Uptime,
            Deadline = deadline < TimeSpan.FromSeconds(SettingValues.MostSeconds) ? deadline : TimeSpan.FromSeconds(SettingValues.MostSeconds),
        };
    }

    private int Number(AppName app, string key)
    {
        var text = Table.Effective(app, key);
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= SettingValues.MostSeconds
            ? number
            : throw SettingProblems.BadValue(key, text, "a whole number of seconds").AsException();
    }
}
