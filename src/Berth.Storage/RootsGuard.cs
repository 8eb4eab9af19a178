using Berth.Kernel;

namespace Berth.Storage;

/// <summary>
/// Keeps a process that is root inside the two roots. Their folders belong to the user <c>dokku</c>, who could put a link in the place of
/// a file or a folder and so have root read or write what that user may not (docs/decisions/0015). A link is followed when what it leads to
/// lies inside the roots too, or when it lies where only root could have put it.
/// </summary>
public sealed class RootsGuard(StateRoots roots)
{
    private readonly Lazy<(string Home, string Lib)> _real = new(() => (RealOf(roots.Home), RealOf(roots.Lib)));

    /// <returns>Tells for the path something truly lies at whether it may be used; null when all may: the kernel then judges by rights.</returns>
    /// <param name="path">The path as it is written, below one of the roots.</param>
    public Func<string, bool>? For(string path) => CurrentUser.IsRoot ? real => IsInside(real) || IsTrusted(path, real) : null;

    private bool IsInside(string real) => IsBelow(real, _real.Value.Home) || IsBelow(real, _real.Value.Lib);

    /// <summary>Follows the path from its root as long as nobody but root could change where it leads.</summary>
    private bool IsTrusted(string path, string real)
    {
        var at = IsBelow(path, roots.Lib) ? roots.Lib : roots.Home;
        foreach (var segment in path[at.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!FolderIsRootsAlone(at))
            {
                return false;
            }

            at = $"{at}/{segment}";
            if (new FileInfo(at).LinkTarget is not null && IsBelow(real, RealOf(at)))
            {
                return true;
            }
        }

        return false;
    }

    private static bool FolderIsRootsAlone(string folder) => FileOwner.IsRootsAlone(folder);

    private static string RealOf(string folder)
    {
        using var held = HeldFolder.TryOpen(folder);
        return held?.RealPath ?? folder;
    }

    private static bool IsBelow(string path, string folder) =>
        path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == '/' || folder == "/");
}
