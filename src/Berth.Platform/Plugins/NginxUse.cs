using Berth.Kernel;

namespace Berth.Platform.Plugins;

/// <summary>Finds out whether a plugin writes configuration for nginx, which nothing reads here.</summary>
internal static class NginxUse
{
    private const string Trigger = "nginx-pre-reload";
    private const string Spelled = "nginx.conf";
    private const int MostFiles = 200;
    private const long LargestScript = 256 << 10;

    /// <returns>Whether one of its scripts speaks of such files. A guess: it decides on a warning only.</returns>
    public static bool In(string folder) => File.Exists($"{folder}/{Trigger}")
        || new[] { folder, $"{folder}/subcommands" }.Where(Directory.Exists).SelectMany(Directory.EnumerateFiles).Take(MostFiles).Any(Speaks);

    private static bool Speaks(string path)
    {
        try
        {
            return !path.EndsWith(".md", StringComparison.OrdinalIgnoreCase) && PlainFile.IsPlain(path)
                && new FileInfo(path).Length <= LargestScript && File.ReadAllText(path).Contains(Spelled, StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
