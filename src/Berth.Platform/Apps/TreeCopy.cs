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
            Folder(new DirectoryInfo(from), to, leftOut, cancel);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(to, e.Message).AsException(e);
        }
    }

    private static void Folder(DirectoryInfo from, string to, Predicate<string> leftOut, CancellationToken cancel)
    {
        using var held = PrivateFolder.Hold(to, from.UnixFileMode);
        foreach (var entry in from.EnumerateFileSystemInfos().Where(entry => !leftOut(entry.Name)))
        {
            cancel.ThrowIfCancellationRequested();
            var target = Path.Combine(to, entry.Name);
            if (entry.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(target, link);
                held.GiveOwner(entry.Name);
            }
            else if (entry is DirectoryInfo folder)
            {
                Folder(folder, target, static _ => false, cancel);
            }
            else if (PlainFile.IsPlain(entry.FullName))
            {
                File.Copy(entry.FullName, target, overwrite: true);
                held.GiveOwner(entry.Name);
            }
        }
    }
}
