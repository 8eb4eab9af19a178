using System.Globalization;
using System.Text.RegularExpressions;
using Berth.Kernel;

namespace Berth.Platform.Proxy;

/// <summary>What can be wrong with the words of a <c>proxy:*</c> command.</summary>
public static partial class ProxyProblems
{
    public static readonly ProblemCode ValueInvalid = new("proxy-value-invalid");
    public static readonly ProblemCode TypeConfused = new("proxy-type-confused", Contract: true);
    public static readonly ProblemCode ParallelInvalid = new("proxy-parallel-invalid", Contract: true);

    internal static Problem? NotABoolean(string value) => value is "true" or "false"
        ? null
        : new(ValueInvalid, $"'{Printable.Of(value, 60)}' is neither true nor false.", "Use `berth proxy:disable <app>` and `berth proxy:enable <app>`.");

    internal static Problem? NotAPort(string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and < 65536
            ? null
            : new(ValueInvalid, $"'{Printable.Of(value, 60)}' is no port.", "Give a number from 1 to 65535, or nothing to go back to 80 and 443.");

    internal static Problem? NotAType(string value) => TypeName().IsMatch(value)
        ? null
        : new(
            ValueInvalid,
            $"'{Printable.Of(value, 60)}' is no name of a proxy.",
            "Names are lower-case letters, digits and hyphens. The edge is the proxy whatever is set here; leave it at nginx.");

    /// <summary>A port mapping where a proxy's name belongs.</summary>
    internal static Problem PortsMeant() => new(
        TypeConfused,
        "Detected potential port mapping instead of proxy type\nConsider using ports:set command or specifying a valid proxy",
        "Port mappings are made with `berth ports:set <app> http:80:5000`.");

    internal static Problem InvalidParallel(string value) => new(
        ParallelInvalid,
        $"Invalid value {Printable.Of(value, 60)} for --parallel flag",
        "Give a number of apps to work on at a time, or -1 for as many as the machine has processors.");

    [GeneratedRegex(@"\A[a-z][a-z0-9-]{0,62}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TypeName();
}
