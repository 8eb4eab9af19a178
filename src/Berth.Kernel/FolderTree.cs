namespace Berth.Kernel;

/// <summary>
/// Walks a folder and all below it by open folders, one inside the other: a program that runs in the tree meanwhile and puts a link
/// where a folder was sends nobody out of it. Names are bytes, so that one no encoding knows is met too.
/// </summary>
public static class FolderTree
{
    // Each level holds a descriptor; no program nests as deep but one that means harm.
    private const int Deepest = 500;

    // A folder this deep is brought up to the top of what is removed, and goes in the next round: no depth keeps a tree from going.
    private const int DeepestHeld = 100;

    /// <summary>Removes what lies at the path, a folder with all below it; nothing happens when it is not there.</summary>
    /// <exception cref="IOException">The system's own words; what was removed until then is gone.</exception>
    public static void Delete(string path)
    {
        using var parent = HeldFolder.TryOpenStraight(Path.GetDirectoryName(path)!);
        if (parent is not null)
        {
            Delete(parent, Path.GetFileName(path));
        }
    }

    /// <inheritdoc cref="Delete(string)"/>
    public static void Delete(HeldFolder parent, string name)
    {
        ArgumentNullException.ThrowIfNull(parent);
        var bytes = HeldFolder.Terminated(name);
        if (Posix.RemoveFile(parent.Descriptor, bytes))
        {
            return;
        }

        int raised;
        do
        {
            raised = 0;
            using var top = parent.Enter(bytes);
            Empty(top, top, 1, ref raised);
        }
        while (raised > 0);
        Posix.RemoveEmptyFolder(parent.Descriptor, bytes);
    }

    /// <summary>Gives a folder and all below it to an account; links themselves, never what they lead to. Needs root.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    public static void Give(string path, FileOwner owner)
    {
        ArgumentNullException.ThrowIfNull(owner);
        using var parent = HeldFolder.Open(Path.GetDirectoryName(path)!);
        Give(parent, HeldFolder.Terminated(Path.GetFileName(path)), isFolder: true, owner, 0);
    }

    private static void Empty(HeldFolder folder, HeldFolder top, int depth, ref int raised)
    {
        foreach (var (entry, _) in Entries(folder))
        {
            if (Posix.RemoveFile(folder.Descriptor, entry))
            {
                continue;
            }

            if (depth == DeepestHeld)
            {
                Posix.RenameAt(folder.Descriptor, entry, top.Descriptor, HeldFolder.Terminated($".{Guid.NewGuid():N}{AtomicFile.TemporaryEnding}"));
                raised++;
                continue;
            }

            using (var inner = folder.Enter(entry))
            {
                Empty(inner, top, depth + 1, ref raised);
            }

            Posix.RemoveEmptyFolder(folder.Descriptor, entry);
        }
    }

    private static void Give(HeldFolder parent, byte[] name, bool isFolder, FileOwner owner, int depth)
    {
        Posix.ChangeOwnerOf(parent.Descriptor, name, owner);
        if (!isFolder)
        {
            return;
        }

        using var folder = Entered(parent, name, depth);
        foreach (var (entry, isFolderToo) in Entries(folder))
        {
            Give(folder, entry, isFolderToo, owner, depth + 1);
        }
    }

    private static HeldFolder Entered(HeldFolder parent, byte[] name, int depth) => depth < Deepest
        ? parent.Enter(name)
        : throw new IOException($"{Printable.Of(parent.Name, 60)} is nested deeper than {Deepest} folders");

    /// <summary>Reads the whole folder before anything in it changes.</summary>
    private static List<(byte[] Name, bool IsFolder)> Entries(HeldFolder folder)
    {
        var entries = new List<(byte[], bool)>();
        FolderEntries.Read(folder.Descriptor, folder.Name, (found, kind) =>
        {
            var name = found.ToArray();
            entries.Add((name, kind is FolderEntries.Folder || (kind is FolderEntries.Unknown && IsFolder(folder, name))));
        });
        return entries;
    }

    private static bool IsFolder(HeldFolder parent, byte[] name)
    {
        var descriptor = Posix.OpenAt(parent.Descriptor, name, Posix.PathOnly | Posix.CloseOnExec | Posix.FolderOnly | Posix.NoFollow);
        return descriptor >= 0 && Posix.Close(descriptor) == 0;
    }
}
