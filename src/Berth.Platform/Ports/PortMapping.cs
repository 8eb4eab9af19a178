using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Berth.Platform.Ports;

/// <summary>One line of an app's port map: a port of this machine, what is spoken there, and the port inside the app's container.</summary>
public sealed record PortMapping
{
    private static readonly string[] Served = ["http", "https"];

    private PortMapping(string scheme, int hostPort, int containerPort) =>
        (Scheme, HostPort, ContainerPort) = (scheme, hostPort, containerPort);

    /// <summary>Lower-case letters and digits, starting with a letter: <c>http</c>, <c>https</c>, others are kept without effect.</summary>
    public string Scheme { get; }

    /// <summary>1 to 65535; 80 and 443 stand for the edge's main doors, whichever ports these have here.</summary>
    public int HostPort { get; }

    /// <summary>1 to 65535.</summary>
    public int ContainerPort { get; }

    public bool IsHttp => Scheme == "http";

    public bool IsHttps => Scheme == "https";

    /// <summary>Whether the edge speaks its scheme.</summary>
    public bool IsServed => Served.Contains(Scheme);

    /// <summary>What may be in a map only once.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{HostPort}");

    public static PortMapping Http(int hostPort, int containerPort) => new("http", hostPort, containerPort);

    public static PortMapping Https(int hostPort, int containerPort) => new("https", hostPort, containerPort);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Scheme}:{HostPort}:{ContainerPort}");

    /// <param name="word"><c>scheme:host-port:container-port</c>.</param>
    /// <param name="mapping">The parsed mapping.</param>
    /// <param name="fault">When false: what is wrong, in the brackets scripts look for, as <c>len=2</c>.</param>
    public static bool TryParse(string word, [NotNullWhen(true)] out PortMapping? mapping, [NotNullWhen(false)] out string? fault)
    {
        mapping = null;
        var parts = word.Split(':', 3);
        if (parts.Length != 3)
        {
            fault = string.Create(CultureInfo.InvariantCulture, $"len={parts.Length}");
            return false;
        }

        var container = 0L;
        fault = PortNumber.Fault(parts[1], out var host) ?? PortNumber.Fault(parts[2], out container)
            ?? NotAPort("hostPort", host) ?? NotAPort("containerPort", container) ?? NotAScheme(parts[0]);
        if (fault is null)
        {
            mapping = new PortMapping(parts[0], (int)host, (int)container);
        }

        return mapping is not null;
    }

    internal static string? NotAPort(string name, long value) =>
        value is > 0 and < 65536 ? null : string.Create(CultureInfo.InvariantCulture, $"{name}={value}");

    private static string? NotAScheme(string scheme) =>
        scheme.Length is > 0 and <= 16 && char.IsAsciiLetterLower(scheme[0]) && scheme.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c))
            ? null
            : $"scheme={scheme}";
}
