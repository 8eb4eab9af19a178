using Berth.Kernel;

namespace Berth.Platform.Builds;

/// <summary>Reads a file of a release. The app's own account may put a link in its place at any time, so nothing outside of the release is read.</summary>
internal static class ReleaseFile
{
    /// <param name="release">The release's folder.</param>
    /// <param name="file">The file's path, below it.</param>
    /// <param name="limit">The most bytes taken.</param>
    /// <returns>The text; null when there is no such file.</returns>
    /// <exception cref="IOException">It lies elsewhere, is no plain file or too large, or cannot be read.</exception>
    public static string? Read(string release, string file, long limit = 16 << 20)
    {
        using var held = HeldFolder.TryOpenStraight(release);
        if (held is null)
        {
            return null;
        }

        var inside = held.RealPath + "/";
        return PlainFile.Read($"{held.Path}/{Path.GetRelativePath(release, file)}", limit, real => real.StartsWith(inside, StringComparison.Ordinal));
    }
}
