using System.Globalization;
using System.Text;
using Berth.Kernel;

namespace Berth.Daemon;

/// <summary>
/// The log of a daemon that left its terminal: standard output and standard error lead into it, and it never grows beyond
/// <see cref="Limit"/>: then it becomes <c>….1</c>, in the place of the one before, and a new one begins.
/// </summary>
internal sealed class DetachedLog : IDisposable
{
    /// <summary>Bytes; with the older file there are at most twice as many on the disk.</summary>
    public const long Limit = 8 << 20;

    private const string Nowhere = "/dev/null";
    private const string OwnDescriptors = "/proc/self/fd";
    private const int Appending = Posix.WriteOnly | Posix.Create | Posix.Append | Posix.CloseOnExec;
    private const uint OwnerReadWrite = 0x180; // 0600
    private readonly HeldFolder _folder;
    private readonly string _name;
    private readonly long _limit;
    private long _size;

    private DetachedLog(HeldFolder folder, string name, long limit) => (_folder, _name, _limit) = (folder, name, limit);

    private string Current => $"{_folder.Path}/{_name}";

    /// <summary>Leads both outputs of this process into the file, and its input to nowhere.</summary>
    /// <exception cref="ProblemException">The file cannot be written; the outputs are as they were.</exception>
    public static DetachedLog TakeOver(string path)
    {
        var log = Open(path, Limit);
        string?[] before = [TargetOf("0"), TargetOf("1"), TargetOf("2")];
        var nothing = Posix.Open(Nowhere, Posix.ReadOnly | Posix.CloseOnExec);
        _ = Posix.Duplicate(nothing, 0);
        _ = Posix.Close(nothing);
        log.Lead();
        foreach (var copy in CopiesOf(before))
        {
            _ = Posix.Duplicate(0, copy);
        }

        return log;
    }

    /// <summary>The runtime keeps copies of the outputs it began with; whoever reads them would wait for their end as long as this daemon lives.</summary>
    private static int[] CopiesOf(string?[] outputs) =>
    [
        .. Directory.EnumerateFileSystemEntries(OwnDescriptors).Select(entry => Path.GetFileName(entry))
            .Where(name => int.Parse(name, CultureInfo.InvariantCulture) > 2 && TargetOf(name) is { } target && target != Nowhere && outputs.Contains(target))
            .Select(name => int.Parse(name, CultureInfo.InvariantCulture)),
    ];

    private static string? TargetOf(string descriptor) => new FileInfo($"{OwnDescriptors}/{descriptor}").LinkTarget;

    /// <summary>The file alone, for a look at whether it can be written before a process is started that will.</summary>
    /// <exception cref="ProblemException">It cannot.</exception>
    public static void Check(string path) => Open(path, Limit).Dispose();

    /// <summary>Adds a line; begins a new file first when this one is full.</summary>
    public void Write(string line)
    {
        var length = Encoding.UTF8.GetByteCount(line) + 1;
        if (_size + length > _limit && _size > 0)
        {
            Rotate();
        }

        Console.Error.WriteLine(line);
        _size += length;
    }

    public void Dispose() => _folder.Dispose();

    private static DetachedLog Open(string path, long limit)
    {
        HeldFolder? folder = null;
        try
        {
            folder = HeldFolder.Open(Path.GetDirectoryName(path)!);
            var log = new DetachedLog(folder, Path.GetFileName(path), limit);
            var descriptor = log.OpenFile();
            log._size = Posix.StatusOf(descriptor).Size;
            _ = Posix.Close(descriptor);
            return log;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            folder?.Dispose();
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    // Never through a link: the folder may be another user's than this process's.
    private int OpenFile()
    {
        var descriptor = Posix.OpenAt(_folder.Descriptor, HeldFolder.Terminated(_name), Appending | Posix.NoFollow, OwnerReadWrite);
        return descriptor >= 0 ? descriptor : throw SystemFault.Last($"{_folder.Name}/{_name}");
    }

    private void Lead()
    {
        var descriptor = OpenFile();
        _ = Posix.Duplicate(descriptor, 1);
        _ = Posix.Duplicate(descriptor, 2);
        _ = Posix.Close(descriptor);
    }

    private void Rotate()
    {
        try
        {
            Posix.Rename(Current, $"{Current}.1");
            Lead();
            // The framework keeps a copy of the descriptor it first wrote to.
            Console.SetError(new StreamWriter(Console.OpenStandardError()) { AutoFlush = true });
            _size = 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Rather a log that is too long than none; tried again when as much has come once more.
            _size = 0;
        }
    }
}
