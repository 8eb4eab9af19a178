using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Reads <c>letsencrypt:set</c> properties, and the config variables of 2016 behind them: an app's property, its variable, the
/// global property, the global variable.
/// </summary>
public sealed class LetsEncryptSettingsStore(PropertyStore properties, ConfigStore config)
{
    public const string Feature = "letsencrypt";

    /// <summary>The properties users set, besides <c>dns-provider-*</c>.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["dns-provider", "email", "graceperiod", "lego-args", "lego-docker-options", "server"];

    public LetsEncryptSettings Read(AppName app) => new()
    {
        Email = Effective(app, "email") is { } text ? EmailAddress.Parse(text) : null,
        Server = Effective(app, "server") ?? AcmeServers.Default,
        GracePeriod = GracePeriodOf(app),
    };

    /// <summary>
    /// Null also for what is no number: a variable set by hand may hold anything, and the certificate's own lifetime is a better
    /// guide than no renewal.
    /// </summary>
    public TimeSpan? GracePeriodOf(AppName app) => TrySeconds(Effective(app, "graceperiod"));

    /// <summary>Refuses a value that would only fail later.</summary>
    /// <exception cref="ProblemException">The value cannot be used for this key.</exception>
    public static void Check(string key, string value)
    {
        if (value.Length == 0)
        {
            return;
        }

        _ = key switch
        {
            "email" => (object)EmailAddress.Parse(value),
            "graceperiod" => TrySeconds(value) ?? throw LetsEncryptProblems.InvalidGracePeriod(value).AsException(),
            "server" => AcmeServers.DirectoryOf(value) ?? (object)"",
            _ => "",
        };
    }

    /// <returns>What the app itself has set, or null.</returns>
    public string? Own(AppName app, string key) => properties.Get(Feature, app.Text, key) ?? Legacy(app, key);

    /// <returns>What is set for all apps, or null.</returns>
    public string? ForAll(string key) => properties.Get(Feature, PropertyStore.Global, key) ?? Legacy(null, key);

    public string? Effective(AppName app, string key) => Own(app, key) ?? ForAll(key);

    private string? Legacy(AppName? app, string key)
    {
        var variable = key switch
        {
            "email" => "DOKKU_LETSENCRYPT_EMAIL",
            "server" => "DOKKU_LETSENCRYPT_SERVER",
            "graceperiod" => "DOKKU_LETSENCRYPT_GRACEPERIOD",
            _ => null,
        };
        return variable is null ? null : config.Get(app, variable) is { Length: > 0 } value ? value : null;
    }

    private static TimeSpan? TrySeconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 10L * 365 * 86400
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
