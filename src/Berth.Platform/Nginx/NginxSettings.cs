using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.Properties;

namespace Berth.Platform.Nginx;

/// <summary>The settings of <c>nginx:*</c>, which are the edge's: what is set, what holds, and what it means for a host.</summary>
public sealed class NginxSettings(PropertyStore properties, NginxLogs logs)
{
    private const string Feature = "nginx";

    private readonly SettingTable _table = new(Feature, properties, [.. NginxTable.Honoured, .. NginxTable.Kept]);

    public AppName? Set(CommandCall call, AppCatalog apps) => _table.Set(call, apps);

    /// <summary>What holds for an app: its own value, else that for all apps, else the default.</summary>
    public string Effective(AppName app, string key) => Reader(app)(key);

    /// <summary>What <c>nginx:report</c> shows.</summary>
    /// <param name="app">Null for what is set for all apps.</param>
    public Dictionary<string, string> Report(AppName? app)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        if (app is null)
        {
            _table.AddGlobalTo(values);
            return values;
        }

        _table.AddTo(values, app);
        values[$"nginx-computed-{NginxTable.AccessLogPath}"] = Effective(app, NginxTable.AccessLogPath);
        values[$"nginx-computed-{NginxTable.ErrorLogPath}"] = Effective(app, NginxTable.ErrorLogPath);
        values["nginx-last-visited-at"] = LastVisit(app);
        return values;
    }

    /// <summary>The file of an app's access or error log; null when none is written.</summary>
    public string? LogOf(AppName app, string key) => logs.Writable(Effective(app, key));

    /// <summary>The folder that logs may lie below.</summary>
    public string LogFolder => logs.Folder;

    /// <summary>Whether a log was asked for at a place where none is written.</summary>
    public bool IsLogElsewhere(AppName app, string key) => logs.IsElsewhere(Effective(app, key));

    /// <summary>Values that a hand wrote into the files and that mean nothing; a sentence each.</summary>
    public IEnumerable<Problem> Faults(AppName app)
    {
        var read = Reader(app);
        return NginxTable.Honoured.Concat(NginxTable.Kept)
            .Select(setting => read(setting.Key) is { Length: > 0 } value ? setting.Refuse?.Invoke(value) is { } fault ? fault with { Found = $"{app}: {setting.Key}: {fault.Found}" } : null : null)
            .OfType<Problem>();
    }

    /// <summary>A host of this app as its settings have it.</summary>
    /// <param name="host">Names, targets and certificate; the rest is filled in here.</param>
    /// <param name="own">False for what holds where the app has set nothing.</param>
    public EdgeHost Apply(EdgeHost host, bool own = true)
    {
        var read = Reader(host.App, own);
        return host with
        {
            BoundTo = Addresses(read),
            StrictTransportSecurity = HstsOf(read),
            Forwarding = ForwardingOf(read),
            MaxRequestBodySize = NginxValues.TrySize(read(NginxTable.ClientMaxBodySize), out var size) && size > 0 ? size : null,
            ActivityTimeout = NginxValues.TryTime(read(NginxTable.ProxyReadTimeout), out var time) && time > TimeSpan.Zero ? time : null,
            AccessLog = logs.PlaceOf(read(NginxTable.AccessLogPath), host.App, NginxLogs.Access),
            ErrorLog = logs.PlaceOf(read(NginxTable.ErrorLogPath), host.App, NginxLogs.Error),
        };
    }

    /// <summary>The apps that may have settings of their own.</summary>
    public IReadOnlySet<string> Owners => properties.Scopes(Feature);

    /// <summary>The header that keeps browsers on HTTPS, as upstream spells it; null when it is turned off.</summary>
    public string? HstsOf(AppName app) => HstsOf(Reader(app));

    private static string? HstsOf(Func<string, string> read) => read(NginxTable.Hsts) == "false"
        ? null
        : $"max-age={read(NginxTable.HstsMaxAge)}"
            + (read(NginxTable.HstsIncludeSubdomains) == "true" ? "; includeSubdomains" : "")
            + (read(NginxTable.HstsPreload) == "true" ? "; preload" : "");

    private static EdgeForwarding ForwardingOf(Func<string, string> read)
    {
        var underscores = read(NginxTable.UnderscoreInHeaders) == "on";
        var (address, port) = (Value(NginxTable.ForwardedFor, "$remote_addr"), Value(NginxTable.ForwardedPort, "$server_port"));
        var (proto, ssl) = (Value(NginxTable.ForwardedProto, "$scheme"), Value(NginxTable.ForwardedSsl, ""));
        return (underscores, address, port, proto, ssl) is (false, null, null, null, null)
            ? EdgeForwarding.Default
            : new EdgeForwarding { For = address, Port = port, Proto = proto, Ssl = ssl, UnderscoresInHeaders = underscores };

        ForwardedValue? Value(string key, string usual) =>
            read(key) is { Length: > 0 } text && text != usual && ForwardedValue.TryParse(text, out var value, out _) ? value : null;
    }

    private static ImmutableArray<IPAddress> Addresses(Func<string, string> read) =>
    [
        .. new[]
        {
            NginxValues.TryAddress(read(NginxTable.BindAddressIpv4), AddressFamily.InterNetwork, out var four) ? four : null,
            NginxValues.TryAddress(read(NginxTable.BindAddressIpv6), AddressFamily.InterNetworkV6, out var six) ? six : null,
        }.OfType<IPAddress>().Where(address => !address.Equals(IPAddress.Any) && !address.Equals(IPAddress.IPv6Any)),
    ];

    private string LastVisit(AppName app)
    {
        var file = LogOf(app, NginxTable.AccessLogPath) is { } path ? new FileInfo(path) : null;
        return file is { Exists: true } ? new DateTimeOffset(file.LastWriteTimeUtc).ToUnixTimeSeconds().ToString(provider: null) : "";
    }

    // One look into each folder instead of two for every key: most apps have set nothing.
    private Func<string, string> Reader(AppName app, bool withOwn = true)
    {
        var (own, all) = (withOwn ? properties.Keys(Feature, app.Text) : [], properties.Keys(Feature, PropertyStore.Global));
        return key => (own.Contains(key) ? _table.Own(app, key) : null) ?? (all.Contains(key) ? _table.ForAll(key) : null) ?? key switch
        {
            NginxTable.AccessLogPath => logs.DefaultOf(app, NginxLogs.Access),
            NginxTable.ErrorLogPath => logs.DefaultOf(app, NginxLogs.Error),
            _ => NginxTable.Honoured.Concat(NginxTable.Kept).First(setting => setting.Key == key).Default,
        };
    }
}
