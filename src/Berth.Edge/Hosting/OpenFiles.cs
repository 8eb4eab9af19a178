using System.Globalization;

namespace Berth.Edge.Hosting;

/// <summary>How many files this process may have open (RLIMIT_NOFILE), as far as connections depend on it.</summary>
internal static class OpenFiles
{
    private const string Line = "Max open files";

    // Beside connections there are listeners, logs and the files of commands.
    private const int Besides = 100;
    private const int Least = 10;

    /// <summary>The most connections for which there are files, also for the one to the app behind each; null where there is no limit.</summary>
    /// <remarks>One more could not be accepted, and would be tried for over and over.</remarks>
    internal static long? MostConnections() => MostConnections(File.ReadLines("/proc/self/limits"));

    internal static long? MostConnections(IEnumerable<string> limits) =>
        limits.FirstOrDefault(line => line.StartsWith(Line, StringComparison.Ordinal))?[Line.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
        && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            ? Math.Max((most - Besides) / 2, Least)
            : null;
}
