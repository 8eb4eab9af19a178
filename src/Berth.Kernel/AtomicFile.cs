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
        using var folder = FolderOf(path);
        Write(folder, Path.GetFileName(path), content, mode);
    }

    /// <summary>
    /// As <see cref="Write(HeldFolder, string, ReadOnlySpan{byte}, UnixFileMode)"/>, but the disk is not waited for: after kill -9 it is there whole,
    /// after a power cut the file may be the old one, the new one or empty. For what can be had again.
    /// </summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>; the old file is as it was.</exception>
    public static void WriteUnsynced(HeldFolder folder, string name, ReadOnlySpan<byte> content, UnixFileMode mode = Private) =>
        Write(folder, name, content, mode, waits: false);

    /// <summary>Replaces a file of a folder that is held, whatever its path leads to meanwhile.</summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>; the old file is as it was.</exception>
    public static void Write(HeldFolder folder, string name, ReadOnlySpan<byte> content, UnixFileMode mode = Private) =>
        Write(folder, name, content, mode, waits: true);

    private static void Write(HeldFolder folder, string name, ReadOnlySpan<byte> content, UnixFileMode mode, bool waits)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var temporary = TemporaryIn(folder, name);
        try
        {
            using (var file = Open(folder, temporary, mode))
            {
                file.Write(content);
                file.Flush(flushToDisk: waits);
            }

            Posix.Rename(temporary, $"{folder.Path}/{name}");
            if (waits)
            {
                folder.Sync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeleteQuietly(temporary);
            throw KernelProblems.NotWritable($"{folder.Name}/{name}", e).AsException(e);
        }
    }

    /// <summary>
    /// Replaces several files and links, each whole, in the order given. The content of all is on the disk before the first takes its place, and all
    /// is under way there before any is waited for: many cost little more than one, and a full disk is met while the old ones still stand. What was
    /// replaced stays when a later one cannot be.
    /// </summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static void WriteAll(IReadOnlyList<FileChange> files)
    {
        ArgumentNullException.ThrowIfNull(files);
        var changes = files.Select(file => new Change(file, TemporaryIn(file.Folder, file.Name))).ToArray();
        try
        {
            Each(changes, change => change.Name, change => change.Begin());
            Each(changes, change => change.Name, change => change.Stream?.Flush(flushToDisk: true));
            Each(changes, change => change.Name, change => change.TakePlace());
            Each(files.Select(file => file.Folder).Distinct(), folder => folder.Name, folder => folder.Sync());
        }
        finally
        {
            foreach (var change in changes)
            {
                change.Dispose();
            }
        }
    }

    private static void Each<T>(IEnumerable<T> all, Func<T, string> name, Action<T> step)
    {
        foreach (var one in all)
        {
            try
            {
                step(one);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw KernelProblems.NotWritable(name(one), e).AsException(e);
            }
        }
    }

    /// <summary>Points a symbolic link at a new target in one step.</summary>
    /// <param name="path">The link.</param>
    /// <param name="target">What it names, relative to the link's folder or absolute.</param>
    public static void Link(string path, string target)
    {
        using var folder = FolderOf(path);
        WriteAll([new FileChange(folder, Path.GetFileName(path)) { Target = target }]);
    }

    private static HeldFolder FolderOf(string path)
    {
        try
        {
            return HeldFolder.OpenStraight(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    private static string TemporaryIn(HeldFolder folder, string name) => $"{folder.Path}/.{name}.{Guid.NewGuid():N}{TemporaryEnding}";

    private static FileStream Open(HeldFolder folder, string path, UnixFileMode mode)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            BufferSize = 0,
        });
        try
        {
            // The umask narrows what a group should read; the mode asked for is the mode given.
            File.SetUnixFileMode(file.SafeFileHandle, mode);
            folder.GiveOwner((int)file.SafeFileHandle.DangerousGetHandle());
            return file;
        }
        catch
        {
            file.Dispose();
            DeleteQuietly(path);
            throw;
        }
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

    /// <summary>One of several, from its temporary file to its place; disposed before that, it leaves nothing.</summary>
    private sealed class Change(FileChange file, string temporary) : IDisposable
    {
        private bool _isOpen;

        public string Name => $"{file.Folder.Name}/{file.Name}";

        /// <summary>Null for a link.</summary>
        public FileStream? Stream { get; private set; }

        public void Begin()
        {
            _isOpen = true;
            if (file.Target is { } target)
            {
                File.CreateSymbolicLink(temporary, target);
                file.Folder.GiveOwner(Path.GetFileName(temporary));
                return;
            }

            Stream = Open(file.Folder, temporary, file.Mode);
            Stream.Write(file.Content);
            Posix.StartWriting((int)Stream.SafeFileHandle.DangerousGetHandle());
        }

        public void TakePlace()
        {
            Posix.Rename(temporary, $"{file.Folder.Path}/{file.Name}");
            _isOpen = false;
            file.InPlace?.Invoke();
        }

        public void Dispose()
        {
            Stream?.Dispose();
            if (_isOpen)
            {
                DeleteQuietly(temporary);
            }
        }
    }
}
