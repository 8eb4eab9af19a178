using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Config;
using Berth.Platform.LetsEncrypt.Challenges;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Reads <c>letsencrypt:set</c> properties, and the config variables of 2016: what an app has, then what holds for all. A variable that
/// is there was set after the property, because <c>letsencrypt:set</c> and every order by command move it into the property; the daemon's reads it where it is.
/// </summary>
public sealed class LetsEncryptSettingsStore(PropertyStore properties, ConfigStore config)
{
    public const string Feature = "letsencrypt";

    /// <summary>The property that says what servers count.</summary>
    public const string Limits = "limits";

    /// <summary>The property that has apps get a certificate without being asked for one.</summary>
    internal const string ByDefault = "by-default";

    /// <summary>Where the server looks for HTTP-01 answers, where that is not port 80: servers made for testing.</summary>
    internal const string HttpPort = "http-port";

    /// <summary>Where it looks for TLS-ALPN-01 answers, where that is not port 443.</summary>
    internal const string TlsPort = "tls-port";

    private const string GracePeriod = "graceperiod";

    private const string OldArgs = "lego-docker-args";

    private static readonly Dictionary<string, string> Variables = new(StringComparer.Ordinal)
    {
        ["email"] = "DOKKU_LETSENCRYPT_EMAIL",
        [GracePeriod] = "DOKKU_LETSENCRYPT_GRACEPERIOD",
        ["lego-args"] = "DOKKU_LETSENCRYPT_ARGS",
        ["server"] = "DOKKU_LETSENCRYPT_SERVER",
    };

    /// <summary>The properties users set, besides <c>dns-provider-*</c>.</summary>
    public static IReadOnlyList<string> Keys { get; } =
        ["dns-provider", "email", GracePeriod, "lego-args", "lego-docker-options", "server"];

    /// <summary>For what reads many settings, waits for nothing and writes nothing: all of it is as of now.</summary>
    public IDisposable? AsOfNow() => properties.AsOfNow();

    /// <param name="app">Null for what holds for all.</param>
    public LetsEncryptSettings Read(AppName? app)
    {
        using var now = AsOfNow();
        var servers = AcmeServers.Split(Effective(app, "server"));
        var profile = (Effective(app, "profile") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new LetsEncryptSettings
        {
            Email = Effective(app, "email") is { } text ? EmailAddress.Parse(text) : null,
            Servers = servers,
            GracePeriod = TrySeconds(Effective(app, GracePeriod)),
            Profile = profile.Length > 0 ? profile[0] : null,
            ProfileIsRequired = profile is [_, CertificateSettings.Required],
            KeyType = CertificateSettings.KeyTypeOf(Effective(app, "key-type")),
            ReusesKey = Effective(app, "reuse-key") == "true",
            PreferredChain = Effective(app, "preferred-chain"),
            Bindings = new AccountBindings(Effective(app, CertificateSettings.BindingId), Effective(app, CertificateSettings.BindingKey), servers.Count > 1),
        };
    }

    /// <summary>
    /// Null also for what is no number: a variable set by hand may hold anything, and the certificate's own lifetime is a better
    /// guide than no renewal.
    /// </summary>
    public TimeSpan? GracePeriodOf(AppName app) => TrySeconds(Effective(app, GracePeriod));

    /// <summary>One that is no number of seconds, as a variable may hold: the certificate's lifetime decides instead. Null where there is none.</summary>
    public Problem? IgnoredGracePeriodOf(AppName app) =>
        Effective(app, GracePeriod) is { Length: > 0 } text && TrySeconds(text) is null ? LetsEncryptProblems.InvalidGracePeriod(text) : null;

    /// <summary>As <see cref="GracePeriodOf"/> for a loop over all apps: what holds for all of them is read once.</summary>
    public Func<AppName, TimeSpan?> GracePeriods()
    {
        var set = EffectiveOfMany(GracePeriod);
        return app => TrySeconds(set(app));
    }

    /// <summary>As <see cref="Effective"/>, likewise; nor is an app asked for what it has not set, which would be remembered for each.</summary>
    public Func<AppName, string?> EffectiveOfMany(string key)
    {
        var forAll = ForAll(key);
        return app => Legacy(app, key) ?? (IsSet(app, key) ? properties.Get(Feature, app.Text, key) : null) ?? forAll;
    }

    /// <summary>Whether the app has set it itself, whatever to.</summary>
    public bool HasOwn(AppName app, string key) => IsSet(app, key) || Legacy(app, key) is not null;

    private bool IsSet(AppName app, string key) => properties.Keys(Feature, app.Text).Contains(key);

    /// <summary>Whether the app gets a certificate without being asked for one.</summary>
    public bool IsByDefault(AppName app) => Effective(app, ByDefault) == "true";

    /// <summary>Somebody took the app off: it gets none by itself from now on.</summary>
    public void OptOut(AppName app) => properties.Set(Feature, app.Text, ByDefault, "false");

    /// <summary>Where the server looks for HTTP-01 answers; null for what is usual.</summary>
    public int? HttpPortOf(AppName app) => PortOf(app, HttpPort);

    /// <summary>Where it looks for TLS-ALPN-01 answers; null for what is usual.</summary>
    public int? TlsPortOf(AppName app) => PortOf(app, TlsPort);

    /// <summary>The settings there are, with what their values must be.</summary>
    public static IReadOnlyList<Setting> Settings { get; } =
    [
        new("dns-provider") { Refuse = DnsChoice.RefuseProvider },
        new("dns-provider-*") { Secret = true },
        new("email") { Refuse = EmailAddress.Refuse },
        new(GracePeriod) { Refuse = text => TrySeconds(text) is null ? LetsEncryptProblems.InvalidGracePeriod(text) : null },
        new("lego-args"),
        new("lego-docker-options"),
        .. CertificateSettings.All,
        new("server") { Refuse = AcmeServers.Refuse },
        new(HttpPort) { IsOwn = true, OnlyWhenSet = true, Refuse = SettingValues.Number(HttpPort, 1, 65535) },
        new(TlsPort) { IsOwn = true, OnlyWhenSet = true, Refuse = SettingValues.Number(TlsPort, 1, 65535) },
        .. DnsChoice.Settings,
        .. NotifySettings.Settings,
    ];

    /// <summary>Moves the variables of 2016, and the property's name before <c>lego-args</c>, to where they are kept now.</summary>
    /// <param name="app">Null for those of all apps.</param>
    /// <param name="cancel">Gives up waiting for the app's lock.</param>
    /// <returns>The variables moved.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(AppName? app, CancellationToken cancel)
    {
        var scope = app?.Text ?? PropertyStore.Global;
        if (properties.Get(Feature, scope, OldArgs) is { } args)
        {
            properties.Set(Feature, scope, "lego-args", properties.Get(Feature, scope, "lego-args") ?? args);
            properties.Set(Feature, scope, OldArgs, "");
        }

        var values = config.Read(app);
        var moved = Variables.Where(pair => values.ContainsKey(pair.Value)).ToArray();
        foreach (var (key, variable) in moved.Where(pair => values[pair.Value].Length > 0))
        {
            properties.Set(Feature, scope, key, values[variable]);
        }

        // Last: a crash in between leaves the variable, which is moved again.
        if (moved.Length > 0)
        {
            await config.ChangeAsync(app, before => before.RemoveRange(moved.Select(pair => pair.Value)), cancel);
        }

        return [.. moved.Select(pair => pair.Value)];
    }

    /// <summary>
    /// The files the plugin keeps beside a certificate: what its client was started with. Berth starts none; they are there for a server that
    /// goes back to it. One that would be empty is left out.
    /// </summary>
    public IReadOnlyDictionary<string, string> FilesOf(AppName app)
    {
        const string family = "dns-provider-";
        using var now = AsOfNow();
        var provider = properties.Keys(Feature, PropertyStore.Global).Union(properties.Keys(Feature, app.Text))
            .Where(key => key.StartsWith(family, StringComparison.Ordinal))
            .Select(key => $"{key[family.Length..]}={properties.Get(Feature, app.Text, key) ?? properties.Get(Feature, PropertyStore.Global, key)}\n");
        KeyValuePair<string, string>[] files =
        [
            new("docker.env", string.Concat(provider)),
            new("docker_options", Effective(app, "lego-docker-options") is { } options ? options + "\n" : ""),
        ];
        return files.Where(file => file.Value.Length > 0).ToDictionary(StringComparer.Ordinal);
    }

    /// <returns>What the app itself has set, or null.</returns>
    public string? Own(AppName app, string key) => Legacy(app, key) ?? properties.Get(Feature, app.Text, key) ?? Older(app.Text, key);

    /// <returns>What is set for all apps, or null.</returns>
    public string? ForAll(string key) => Legacy(null, key) ?? properties.Get(Feature, PropertyStore.Global, key) ?? Older(PropertyStore.Global, key);

    public string? Effective(AppName? app, string key) => (app is null ? null : Own(app, key)) ?? ForAll(key);

    private int? PortOf(AppName app, string key) =>
        int.TryParse(Effective(app, key), NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;

    private string? Legacy(AppName? app, string key) =>
        Variables.TryGetValue(key, out var variable) && config.Get(app, variable) is { Length: > 0 } value ? value : null;

    private string? Older(string scope, string key) => key == "lego-args" ? properties.Get(Feature, scope, OldArgs) : null;

    private static TimeSpan? TrySeconds(string? text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= 10L * 365 * 86400
            ? TimeSpan.FromSeconds(seconds)
            : null;
}
