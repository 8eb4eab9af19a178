using Berth.Kernel;

namespace Berth.Storage;

/// <summary>What can be wrong with state on disk.</summary>
public static class StorageProblems
{
    public static readonly ProblemCode StateUnreadable = new("state-unreadable");
    public static readonly ProblemCode StateNotDeletable = new("state-not-deletable");

    /// <summary>A file or folder that could not be read; the remedy is that of the system's own reason.</summary>
    public static Problem Unreadable(string path, Exception cause)
    {
        var fault = SystemFault.Of(cause);
        return new(
            StateUnreadable,
            $"Cannot read {Printable.Of(path)}: {fault.Words}",
            fault.IsDenied
                ? $"Put sudo in front of the command, or run it as the user that runs `berth serve`; where that user cannot read it either, give it back: `chown USER {Printable.Of(path)}`."
                : $"See what lies there (`ls -ld {Printable.Of(path)}`) and put the file or folder back that belongs there; where there is no copy, move aside what lies there.");
    }

    internal static Problem NotDeletable(string path, Exception cause)
    {
        var fault = SystemFault.Of(cause);
        return new(
            StateNotDeletable,
            $"Cannot remove {Printable.Of(path)}: {fault.Words}",
            fault.IsDenied ? "Put sudo in front of the command, or run it as the folder's owner."
                : fault.Number == SystemFault.ReadOnlyFileSystem ? $"The file system is mounted read-only (`findmnt -T {Printable.Of(path)}`): mount it writable, then run the command again."
                : $"See what lies there and who uses it (`ls -la {Printable.Of(path)}`), then run the command again.");
    }
}
