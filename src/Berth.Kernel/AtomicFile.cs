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
        using var file = new TemporaryFile(folder, name);
        try
        {
            file.Create(content, mode);
            if (waits)
            {
                file.Sync();
            }

            file.TakePlace();
            if (waits)
            {
                folder.Sync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
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
        var changes = files.Select(file => (File: file, Temporary: new TemporaryFile(file.Folder, file.Name))).ToArray();
        try
        {
            Each(changes, change => NameOf(change.File), change => Begin(change.File, change.Temporary));
            Each(changes, change => NameOf(change.File), change => change.Temporary.Sync());
            Each(changes, change => NameOf(change.File), change =>
            {
                change.Temporary.TakePlace();
                change.File.InPlace?.Invoke();
            });
            Each(files.Select(file => file.Folder).Distinct(), folder => folder.Name, folder => folder.Sync());
        }
        finally
        {
            foreach (var (_, temporary) in changes)
            {
                temporary.Dispose();
            }
        }
    }

    private static void Begin(FileChange file, TemporaryFile temporary)
    {
        if (file.Target is { } target)
        {
            temporary.CreateLink(target);
            return;
        }

        temporary.Create(file.Content, file.Mode);
        temporary.StartWriting();
    }

    private static string NameOf(FileChange file) => $"{file.Folder.Name}/{file.Name}";

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
}
