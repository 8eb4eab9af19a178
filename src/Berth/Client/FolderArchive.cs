using System.Formats.Tar;
using Berth.Commands;
using Berth.Kernel;

namespace Berth.Client;

/// <summary>Sends a folder as a tar archive, without what never belongs into a release.</summary>
internal static class FolderArchive
{
    private static readonly string[] LeftOut = [".git", ".berth", "node_modules/.cache"];

    /// <returns>Writes the archive of <paramref name="folder"/> into a stream.</returns>
    /// <exception cref="ProblemException">There is no such folder.</exception>
    public static Action<Stream> Of(string folder)
    {
        if (folder.Length == 0)
        {
            throw ProgramProblems.NoFolder(folder).AsException();
        }

        var root = GivenPath.Full(folder, "The folder to deploy");
        return Directory.Exists(root) ? stream => Write(root, stream) : throw ProgramProblems.NoFolder(folder).AsException();
    }

    private static void Write(string root, Stream stream)
    {
        var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true);
        var options = new EnumerationOptions { RecurseSubdirectories = false, AttributesToSkip = 0 };
        var waiting = new Stack<string>([root]);
        while (waiting.TryPop(out var folder))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", options).Order(StringComparer.Ordinal))
            {
                var name = Path.GetRelativePath(root, path);
                if (LeftOut.Contains(name))
                {
                    continue;
                }

                writer.WriteEntry(path, name);
                if (Directory.Exists(path) && new DirectoryInfo(path).LinkTarget is null)
                {
                    waiting.Push(path);
                }
            }
        }

        // Not on the way of an exception: it writes the archive's end, and half of one must not look whole.
        writer.Dispose();
    }
}
