using System.Formats.Tar;
using Berth.Kernel;

namespace Berth.Platform.Builds;

/// <summary>
/// Unpacks a tar archive from a stranger. Names and links that lead outside are refused, devices and hard links too; a link is
/// made only after every file, so that nothing is ever written through one.
/// </summary>
public static class Archive
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute;

    /// <param name="archive">An uncompressed tar stream.</param>
    /// <param name="folder">An empty folder that exists.</param>
    /// <param name="limits">When to refuse.</param>
    /// <param name="cancel">Ends the work; what is in the folder then is the caller's to remove.</param>
    public static async Task UnpackAsync(Stream archive, string folder, ArchiveLimits limits, CancellationToken cancel)
    {
        var tar = new BoundedTar(archive);
        try
        {
            await UnpackEachAsync(tar, folder, limits, cancel);
        }
        catch (EndOfStreamException e) when (tar.IsEmpty)
        {
            throw BuildProblems.NothingSent().AsException(e);
        }
        catch (InvalidDataException e) when (tar.IsGzip)
        {
            throw BuildProblems.CompressedArchive().AsException(e);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException or FormatException or OverflowException or ArgumentException or NotSupportedException)
        {
            throw BuildProblems.DamagedArchive(e.Message).AsException(e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw BuildProblems.CannotUnpack(folder, e.Message).AsException(e);
        }
    }

    private static async Task UnpackEachAsync(BoundedTar archive, string folder, ArchiveLimits limits, CancellationToken cancel)
    {
        await using var reader = new TarReader(archive, leaveOpen: true);
        var links = new List<(string Path, string Target)>();
        var (bytes, entries) = (0L, 0);
        while (await reader.GetNextEntryAsync(copyData: false, cancel) is { } entry)
        {
            bytes += entry.Length;
            if (++entries > limits.Entries || bytes > limits.Bytes)
            {
                throw BuildProblems.TooLarge(limits).AsException();
            }

            var path = Inside(folder, entry.Name, limits.Depth);
            switch (entry.EntryType)
            {
                case TarEntryType.Directory:
                    PrivateFolder.Ensure(path, PrivateFolder.GroupRead);
                    break;
                case TarEntryType.RegularFile or TarEntryType.V7RegularFile or TarEntryType.ContiguousFile:
                    await WriteFileAsync(entry, path, limits.Bytes, cancel);
                    break;
                case TarEntryType.SymbolicLink:
                    links.Add((path, LinkTarget(folder, path, entry)));
                    break;
                case TarEntryType.GlobalExtendedAttributes:
                    break;
                default:
                    throw BuildProblems.RefusedEntry(entry.Name, $"it is a {entry.EntryType}").AsException();
            }
        }

        foreach (var (path, target) in links)
        {
            MakeLink(folder, path, target);
        }
    }

    private static void MakeLink(string folder, string path, string target)
    {
        for (var parent = Path.GetDirectoryName(path)!; parent != folder; parent = Path.GetDirectoryName(parent)!)
        {
            if (new DirectoryInfo(parent).LinkTarget is not null)
            {
                throw BuildProblems.RefusedEntry(Path.GetRelativePath(folder, path), "it lies behind a link").AsException();
            }
        }

        PrivateFolder.Ensure(Path.GetDirectoryName(path)!, PrivateFolder.GroupRead);
        File.CreateSymbolicLink(path, target);
    }

    private static async Task WriteFileAsync(TarEntry entry, string path, long limit, CancellationToken cancel)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!, PrivateFolder.GroupRead);
        var mode = AtomicFile.GroupRead | ((entry.Mode & UnixFileMode.UserExecute) != 0 ? Executable : 0);
        await using var file = new FileStream(path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = mode,
            Options = FileOptions.Asynchronous,
        });
        File.SetUnixFileMode(file.SafeFileHandle, mode);
        if (entry.DataStream is { } data)
        {
            await data.CopyToAsync(file, cancel);
            if (file.Length > limit)
            {
                throw BuildProblems.RefusedEntry(entry.Name, "it is longer than it says").AsException();
            }
        }
    }

    private static string Inside(string folder, string name, int depth)
    {
        if (name.AsSpan().Count('/') > depth)
        {
            throw BuildProblems.RefusedEntry(Printable.Of(name, 60), $"it lies deeper than {depth} folders").AsException();
        }

        var path = Path.GetFullPath(Path.Combine(folder, name.TrimEnd('/')));
        return name.Contains('\0') || Path.IsPathRooted(name) || !IsInside(folder, path)
            ? throw BuildProblems.RefusedEntry(name, "its name leads outside the archive").AsException()
            : path;
    }

    private static string LinkTarget(string folder, string path, TarEntry entry)
    {
        var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(path)!, entry.LinkName));
        return entry.LinkName.Length == 0 || Path.IsPathRooted(entry.LinkName) || !IsInside(folder, target)
            || ClimbsLate(entry.LinkName)
            ? throw BuildProblems.RefusedEntry(entry.Name, "it links to outside the archive").AsException()
            : entry.LinkName;
    }

    // a/../.. through a link a leads elsewhere than the text says: up only comes first.
    private static bool ClimbsLate(string target) =>
        target.Split('/').SkipWhile(segment => segment == "..").Contains("..");

    private static bool IsInside(string folder, string path) =>
        path == folder || path.StartsWith(folder + "/", StringComparison.Ordinal);
}
