using System.Reflection;

namespace Berth.Doctor;

/// <summary>The patches of the runtime that this binary was built with, as the assemblies themselves say.</summary>
internal static class RuntimeVersions
{
    public static IEnumerable<(string Part, Version Version)> All =>
    [
        ("runtime", Environment.Version),
        ("web server", Of(typeof(Microsoft.AspNetCore.Server.Kestrel.Core.KestrelServer).Assembly)),
    ];

    private static Version Of(Assembly assembly)
    {
        var text = assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0";
        return Version.TryParse(text.Split('+', '-')[0], out var version) ? version : new Version(0, 0, 0);
    }
}
