using Berth.Kernel;

namespace Berth.Platform.Apps;

/// <summary>Copies a folder: plain files, folders and links as they are, with their modes. Fifos, sockets and devices stay behind.</summary>
internal static class TreeCopy
{
    /// <param name="from">An existing folder.</param>
    /// <param name="to">Made by this; what is there already is overwritten.</param>
    /// <param name="leftOut">Names directly below <paramref name="from"/> that are not copied.</param>
    /// <param name="cancel">Stops between two files.</param>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static void Run(string from, string to, Predicate<string> leftOut, CancellationToken cancel)
    {
        try
        {
            using var held = HeldFolder.OpenStraight(from);
            Folder(held, to, leftOut, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(to, e.Message).AsException(e);
        }
    }

    // What is copied may be changed meanwhile by the app that runs there: a link that was a file a moment ago is not followed.
    private static void Folder(HeldFolder from, string to, Predicate<string> leftOut, CancellationToken cancel)
    {
        var here = new DirectoryInfo($"{from.Path}/.");
        using var held = PrivateFolder.HoldStraight(to, here.UnixFileMode);
        foreach (var entry in here.EnumerateFileSystemInfos().Where(entry => !leftOut(entry.Name)))
        {
            cancel.ThrowIfCancellationRequested();
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
                held.GiveOwner(entry.Name);
            }
            else if (entry is DirectoryInfo)
            {
                using var folder = from.Enter(HeldFolder.Terminated(entry.Name));
                Folder(folder, target, static _ => false, cancel);
            }
            else if (PlainFile.IsPlain(entry.FullName))
            {
                CopyFile(from, entry.Name, target);
                held.GiveOwner(entry.Name);
            }
        }
    }

    private static void CopyFile(HeldFolder from, string name, string target)
    {
        if (from.TryRead(name) is not { } file)
        {
            return;
        }

        using var source = new FileStream(file, FileAccess.Read);
        var mode = File.GetUnixFileMode(file);
        using var copy = new FileStream(target, new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
        });
        File.SetUnixFileMode(copy.SafeFileHandle, mode);
        source.CopyTo(copy);
    }
}
