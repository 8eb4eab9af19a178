using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Config;
using Berth.Platform.Properties;

namespace Berth.Platform.Proxy;

/// <summary>
/// The settings of <c>proxy:*</c>, in <c>config/proxy/&lt;app|--global&gt;</c>. A server older than these files keeps them in config
/// variables (<c>DOKKU_DISABLE_PROXY</c>, <c>DOKKU_PROXY_PORT</c>, <c>DOKKU_PROXY_SSL_PORT</c>), which count where nothing is set here.
/// </summary>
public sealed class ProxySettings(PropertyStore properties, ConfigStore config)
{
    public const string Type = "type";
    public const string Disabled = "disabled";
    public const string Port = "proxy-port";
    public const string SslPort = "proxy-ssl-port";

    private const string Feature = "proxy";
    private const string UsualType = "nginx";
    private const string DisabledVariable = "DOKKU_DISABLE_PROXY";
    private const string True = "true";

    private readonly SettingTable _table = new(
        Feature,
        properties,
        new Setting(Disabled, "false") { ForAll = false, Refuse = ProxyProblems.NotABoolean },
        new Setting(Port) { Refuse = ProxyProblems.NotAPort },
        new Setting(SslPort) { Refuse = ProxyProblems.NotAPort },
        new Setting(Type, UsualType) { Refuse = ProxyProblems.NotAType });

    /// <summary>The keys that <c>proxy:set</c> takes.</summary>
    public static IReadOnlyList<string> Keys { get; } = [Disabled, Port, SslPort, Type];

    /// <summary>The apps that may have settings of their own in these files.</summary>
    public IReadOnlySet<string> Owners => properties.Scopes(Feature);

    /// <summary>Whether a config variable is a setting of the proxy's or of its ports, as servers of old have them.</summary>
    public static bool IsSetting(string variable) =>
        variable == DisabledVariable || variable.StartsWith("DOKKU_PROXY_", StringComparison.Ordinal);

    /// <summary>Whether requests are led to the app at all.</summary>
    public bool IsEnabled(AppName app) => _table.Own(app, Disabled) != True && string.IsNullOrEmpty(config.Get(app, DisabledVariable));

    /// <param name="app">Null for an app that has chosen nothing.</param>
    /// <returns>The port in the place of 80; null when none was chosen.</returns>
    public int? PortOf(AppName? app) => Number(app, Port, "DOKKU_PROXY_PORT");

    /// <param name="app">Null for an app that has chosen nothing.</param>
    /// <returns>The port in the place of 443; null when none was chosen.</returns>
    public int? SslPortOf(AppName? app) => Number(app, SslPort, "DOKKU_PROXY_SSL_PORT");

    public async Task EnableAsync(AppName app, bool enabled, CancellationToken cancel)
    {
        properties.Set(Feature, app.Text, Disabled, enabled ? "" : True);
        if (config.Get(app, DisabledVariable) is not null)
        {
            await config.ChangeAsync(app, before => before.Remove(DisabledVariable), cancel);
        }
    }

    public AppName? Set(CommandCall call, AppCatalog apps) => _table.Set(call, apps);

    /// <summary>What <c>proxy:report</c> shows.</summary>
    /// <param name="app">Null for what holds for all apps.</param>
    public Dictionary<string, string> Report(AppName? app)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var key in Keys.Where(key => key != Disabled))
        {
            values[$"proxy-global-{key}"] = _table.ForAll(key) ?? "";
            values[$"proxy-computed-{key}"] = app is null ? _table.ForAll(key) ?? (key == Type ? UsualType : "") : _table.Effective(app, key);
            if (app is not null)
            {
                values[$"proxy-{key}"] = _table.Own(app, key) ?? "";
            }
        }

        if (app is not null)
        {
            values["proxy-disabled"] = _table.Own(app, Disabled) ?? "";
            values["proxy-computed-disabled"] = IsEnabled(app) ? "false" : True;
            values["proxy-enabled"] = IsEnabled(app) ? True : "false";
        }

        return values;
    }

    /// <summary>Ports that say what holds anyway are forgotten when a certificate comes, so that they do not stay when it goes.</summary>
    internal void ForgetUsualPorts(AppName app)
    {
        if (_table.Own(app, Port) == "80")
        {
            properties.Set(Feature, app.Text, Port, "");
        }

        if (_table.Own(app, SslPort) == "443")
        {
            properties.Set(Feature, app.Text, SslPort, "");
        }
    }

    internal void ForgetSslPort(AppName app) => properties.Set(Feature, app.Text, SslPort, "");

    private int? Number(AppName? app, string key, string variable) =>
        ((app is null ? null : _table.Own(app, key) ?? config.Get(app, variable)) ?? _table.ForAll(key) ?? config.Get(null, variable)) is { } text
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number is > 0 and < 65536
            ? number
            : null;
}
