using System.Text;

namespace Berth.Kernel;

/// <summary>
/// Replaces a file whole. A reader sees the old content or the new, never a mixture, also after kill -9 or a power cut.
/// Mechanism: a temporary file beside the target with its final mode, fsync, rename, fsync of the folder.
/// Not guaranteed: order between two files; callers that need it write a pointer last.
/// </summary>
public static class AtomicFile
{
    /// <summary>The ending of temporary files; one that is left after a crash may be deleted by anyone.</summary>
    public const string TemporaryEnding = ".berth-tmp";

    public const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public const UnixFileMode PublicRead = Private | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    public const UnixFileMode GroupRead = Private | UnixFileMode.GroupRead;

    /// <summary>Writes UTF-8 text without a byte order mark.</summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>; the old file is as it was.</exception>
    public static void Write(string path, string text, UnixFileMode mode = Private) =>
        Write(path, Encoding.UTF8.GetBytes(text), mode);

    /// <inheritdoc cref="Write(string, string, UnixFileMode)"/>
    public static void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = Private)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Guid.NewGuid():N}{TemporaryEnding}");
        try
        {
            WriteDurably(temporary, content, mode);
            Posix.CopyOwner(folder, temporary);
            Posix.Rename(temporary, path);
            Posix.SyncFolder(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw KernelProblems.NotWritable(path, e.Message).AsException(e);
        }
    }

    /// <summary>Points a symbolic link at a new target in one step.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">What it names, relative to the link's folder or absolute.</param>
    public static void Link(string path, string target)
    {
        var temporary = $"{path}.{Guid.NewGuid():N}{TemporaryEnding}";
        try
        {
            File.CreateSymbolicLink(temporary, target);
            Posix.CopyOwner(Path.GetDirectoryName(Path.GetFullPath(path))!, temporary);
            Posix.Rename(temporary, path);
            Posix.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw KernelProblems.NotWritable(path, e.Message).AsException(e);
        }
    }

    private static void WriteDurably(string path, ReadOnlySpan<byte> content, UnixFileMode mode)
    {
        using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            BufferSize = 0,
        });
        // The umask narrows what a group should read; the mode asked for is the mode given.
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (IOException)
        {
            // The failure that brought us here is the one to report.
        }
        catch (UnauthorizedAccessException)
        {
            // As above.
        }
    }
}
