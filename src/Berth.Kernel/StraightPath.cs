using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <summary>Walks a path folder by folder, as root: a link is followed only where nobody but root can have put it.</summary>
internal static class StraightPath
{
    private const int Step = Posix.PathOnly | Posix.CloseOnExec;
    private const int MostLinks = 40;

    /// <returns>A descriptor, or a negative number when there is nothing by that name.</returns>
    /// <exception cref="StrayLinkException">Somebody else's link lies in the path.</exception>
    public static int OpenFolder(string path)
    {
        var names = new Stack<string>(Segments(path));
        var (at, isOurs, links, walked) = (Root(), true, 0, "");
        try
        {
            while (names.TryPop(out var name))
            {
                var next = Posix.OpenAt(at, HeldFolder.Terminated(name), Step | Posix.NoFollow);
                if (next < 0)
                {
                    return Marshal.GetLastPInvokeError() == SystemFault.NoSuchEntry ? next : throw SystemFault.Last($"{walked}/{name}");
                }

                var status = Posix.StatusOf(next);
                isOurs = isOurs && OnlyRootPut(status, Posix.StatusOf(at));
                if (!status.IsLink)
                {
                    Posix.CloseOnce(ref at);
                    (at, walked) = (next, $"{walked}/{name}");
                    continue;
                }

                _ = Posix.Close(next);
                if (!isOurs || ++links > MostLinks || new FileInfo($"/proc/self/fd/{at}/{name}").LinkTarget is not { } target)
                {
                    throw new StrayLinkException($"{walked}/{name}");
                }

                if (target.StartsWith('/'))
                {
                    Posix.CloseOnce(ref at);
                    (at, walked) = (Root(), "");
                }

                foreach (var segment in Segments(target))
                {
                    names.Push(segment);
                }
            }

            return Listed(at, path);
        }
        finally
        {
            Posix.CloseOnce(ref at);
        }
    }

    private static int Listed(int folder, string path)
    {
        var descriptor = Posix.OpenAt(folder, ".\0"u8.ToArray(), Posix.ReadOnly | Posix.CloseOnExec | Posix.FolderOnly);
        return descriptor >= 0 ? descriptor : throw SystemFault.Last(path);
    }

    private static int Root() => Posix.Open("/", Step | Posix.FolderOnly) is >= 0 and var root ? root : throw SystemFault.Last("/");

    private static IEnumerable<string> Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse();

    // In a folder such as /tmp everybody may put something, and nobody may move what is root's.
    private static bool OnlyRootPut(FileStatus entry, FileStatus folder) =>
        folder.IsRootsAlone || (folder.User == 0 && folder.IsSticky && entry.User == 0);
}
