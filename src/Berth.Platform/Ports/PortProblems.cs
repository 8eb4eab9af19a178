using Berth.Kernel;

namespace Berth.Platform.Ports;

/// <summary>What can be wrong with port mappings.</summary>
public static class PortProblems
{
    public static readonly ProblemCode MappingMissing = new("port-mapping-missing", Contract: true);
    public static readonly ProblemCode MappingInvalid = new("port-mapping-invalid", Contract: true);
    public static readonly ProblemCode MappingReused = new("port-mapping-reused", Contract: true);
    public static readonly ProblemCode MappingsNone = new("port-mappings-none", Contract: true);

    internal static Problem NoneNamed() => new(
        MappingMissing, "No port mapping specified", "Write it as scheme:host-port:container-port: `berth ports:add <app> http:8080:5000`.");

    internal static Problem Invalid(string word, string fault) => new(
        MappingInvalid,
        $"Invalid port map {Printable.Of(word, 60)} [{Printable.Of(fault, 120)}]",
        "Write it as scheme:host-port:container-port, ports from 1 to 65535: `berth ports:add <app> http:8080:5000`.");

    internal static Problem TooMany(int most) => new(
        MappingInvalid, $"Invalid port map [more than {most} mappings]", "Map fewer ports; one mapping is enough for any number of domains.");

    /// <param name="which">Which mappings were looked at, with a space behind: empty, <c>new </c> or <c>all </c>.</param>
    /// <param name="key">The scheme and port that come twice.</param>
    internal static Problem Reused(string which, string key) => new(
        MappingReused,
        $"Error validating {which}port mappings: The same scheme:host-port is being reused: {key}",
        "Each port leads to one container port. Take the other mapping off first with `berth ports:remove <app> <mapping>`, or write all of them with `berth ports:set`.");

    internal static Problem None(AppName app) => new(
        MappingsNone,
        "No port mappings configured for app",
        $"The detected ones hold: `berth ports:report {app}`. Add your own with `berth ports:add {app} http:8080:5000`.");
}
