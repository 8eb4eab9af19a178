using System.Collections.Immutable;
using System.Globalization;
using System.Net.Sockets;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Properties;

namespace Berth.Platform.Nginx;

/// <summary>The properties of <c>nginx:set</c>, their defaults, and what each accepts.</summary>
internal static class NginxTable
{
    public const string AccessLogPath = "access-log-path";
    public const string ErrorLogPath = "error-log-path";
    public const string BindAddressIpv4 = "bind-address-ipv4";
    public const string BindAddressIpv6 = "bind-address-ipv6";
    public const string ClientMaxBodySize = "client-max-body-size";
    public const string Hsts = "hsts";
    public const string HstsIncludeSubdomains = "hsts-include-subdomains";
    public const string HstsMaxAge = "hsts-max-age";
    public const string HstsPreload = "hsts-preload";
    public const string ProxyReadTimeout = "proxy-read-timeout";
    public const string UnderscoreInHeaders = "underscore-in-headers";
    public const string ForwardedFor = "x-forwarded-for-value";
    public const string ForwardedPort = "x-forwarded-port-value";
    public const string ForwardedProto = "x-forwarded-proto-value";
    public const string ForwardedSsl = "x-forwarded-ssl";

    private const int Longest = 256;

    // What upstream computes from the memory page of the machine.
    private static readonly int Page = Environment.SystemPageSize / 1024;

    /// <summary>Those the edge honours.</summary>
    public static ImmutableArray<Setting> Honoured { get; } =
    [
        new(AccessLogPath) { Refuse = NotALogPath },
        new(ErrorLogPath) { Refuse = NotALogPath },
        new(BindAddressIpv4) { Refuse = value => NotAnAddress(value, AddressFamily.InterNetwork, "an IPv4 address of this machine, as 127.0.0.1") },
        new(BindAddressIpv6, "::") { Refuse = value => NotAnAddress(value, AddressFamily.InterNetworkV6, "an IPv6 address of this machine, as ::1") },
        new(ClientMaxBodySize, "1m") { Refuse = NotASize },
        new(Hsts, "true") { Refuse = NotABoolean },
        new(HstsIncludeSubdomains, "true") { Refuse = NotABoolean },
        new(HstsMaxAge, "15724800") { Refuse = NotSeconds },
        new(HstsPreload, "false") { Refuse = NotABoolean },
        new(ProxyReadTimeout, "60s") { Refuse = NotATime },
        new(UnderscoreInHeaders, "off") { Refuse = NotASwitch },
        new(ForwardedFor, "$remote_addr") { Refuse = NotAValue },
        new(ForwardedPort, "$server_port") { Refuse = NotAValue },
        new(ForwardedProto, "$scheme") { Refuse = NotAValue },
        new(ForwardedSsl) { Refuse = NotAValue },
    ];

    /// <summary>Those kept and reported for whoever comes from nginx or goes back to it; the edge does not need them.</summary>
    public static ImmutableArray<Setting> Kept { get; } =
    [
        new("access-log-format") { Refuse = NotPlain },
        new("client-body-timeout", "60s") { Refuse = NotATime },
        new("client-header-timeout", "60s") { Refuse = NotATime },
        new("disable-custom-config", "false") { Refuse = NotABoolean },
        new("keepalive-timeout", "75s") { Refuse = NotATime },
        new("lingering-timeout", "5s") { Refuse = NotATime },
        new("nginx-conf-sigil-path", "nginx.conf.sigil") { Refuse = NotPlain },
        new("nginx-service-command") { Refuse = NotPlain },
        new("proxy-buffer-size", $"{Page}k") { Refuse = NotPlain },
        new("proxy-buffering", "on") { Refuse = NotASwitch },
        new("proxy-buffers", $"8 {Page}k") { Refuse = NotPlain },
        new("proxy-busy-buffers-size", $"{Page * 2}k") { Refuse = NotPlain },
        new("proxy-connect-timeout", "60s") { Refuse = NotATime },
        new("proxy-keepalive") { Refuse = NotPlain },
        new("proxy-send-timeout", "60s") { Refuse = NotATime },
        new("send-timeout", "60s") { Refuse = NotATime },
    ];

    private static Problem? NotABoolean(string value) => value is "true" or "false" ? null : NginxProblems.InvalidValue(value, "true or false");

    private static Problem? NotASwitch(string value) => value is "on" or "off" ? null : NginxProblems.InvalidValue(value, "on or off");

    private static Problem? NotASize(string value) =>
        NginxValues.TrySize(value, out _) ? null : NginxProblems.InvalidValue(value, "a size such as 50m (k, m, g; 0 for any size)");

    private static Problem? NotATime(string value) =>
        NginxValues.TryTime(value, out _) ? null : NginxProblems.InvalidValue(value, "a time such as 120s or 2m, of at most a week");

    private static Problem? NotSeconds(string value) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _) && value.Length <= 10
            ? null
            : NginxProblems.InvalidValue(value, "a number of seconds");

    private static Problem? NotAnAddress(string value, AddressFamily family, string wanted) =>
        NginxValues.TryAddress(value, family, out _) ? null : NginxProblems.InvalidValue(value, wanted);

    private static Problem? NotAValue(string value) => ForwardedValue.TryParse(value, out _, out var reason)
        ? null
        : NginxProblems.InvalidValue(value, reason, "Write text, or a variable such as '$http_x_forwarded_for' in single quotes.");

    private static Problem? NotALogPath(string value) =>
        value == NginxLogs.Off || (NotPlain(value) is null && value.StartsWith('/') && !value.Split('/').Contains(".."))
            ? null
            : NginxProblems.InvalidValue(value, "off or the full path of a file");

    private static Problem? NotPlain(string value) => value.Length <= Longest && !value.AsSpan().ContainsAnyExceptInRange(' ', '~')
        ? null
        : NginxProblems.InvalidValue(value, $"plain text of at most {Longest} characters");
}
