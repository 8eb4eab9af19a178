using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Storage;

namespace Berth.Daemon;

/// <summary>
/// Removes the temporary files that a crash left beside their targets (<see cref="AtomicFile"/>), once, when a daemon starts. It looks
/// where Berth writes and nowhere else: what apps and users keep is not searched, links are not followed.
/// </summary>
internal sealed class LeftoverSweep(StateRoots roots, TimeProvider time)
{
    private const int Deepest = 6;
    private const int WithinApp = 1;
    private const int MostFolders = 20_000;

    // A command that runs without the daemon may be writing one just now.
    private static readonly TimeSpan Age = TimeSpan.FromMinutes(10);
    private static readonly string[] NotOurs = ["data/releases", "data/storage", "data/logs", "plugins", "core-plugins"];
    private int _folders;

    /// <returns>How many were removed.</returns>
    public int Run() => Sweep(roots.Home, 0) + Sweep(roots.Lib, 0);

    private int Sweep(string folder, int depth)
    {
        if (depth > Deepest || ++_folders > MostFolders || NotOurs.Any(part => folder == $"{roots.Lib}/{part}"))
        {
            return 0;
        }

        // One entry after the other: of very many apps the list alone would take a hundred megabytes.
        return Try(() => new DirectoryInfo(folder).EnumerateFileSystemInfos().Sum(entry => Try(() => Sweep(entry, depth), 0)), 0);
    }

    private int Sweep(FileSystemInfo entry, int depth) => entry switch
    {
        { LinkTarget: not null } when !IsLeftover(entry) => 0,
        DirectoryInfo when depth == WithinApp && entry.Name == CertificateFiles.Removed && IsLeftover(entry) => Remove(entry),
        DirectoryInfo => Sweep(entry.FullName, depth + 1),
        _ when IsLeftover(entry) => Remove(entry),
        _ => 0,
    };

    // Gone meanwhile, or closed to this daemon: what lies there is not its own, and what lies beside it is looked at all the same.
    private static T Try<T>(Func<T> look, T otherwise)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return otherwise;
        }
    }

    // One that took its place meanwhile was last written in 1601.
    private bool IsLeftover(FileSystemInfo entry) => entry.Name.EndsWith(AtomicFile.TemporaryEnding, StringComparison.Ordinal)
        && entry.Exists && time.GetUtcNow() - entry.LastWriteTimeUtc > Age;

    private static int Remove(FileSystemInfo entry)
    {
        FolderTree.Delete(entry.FullName);
        return 1;
    }
}
