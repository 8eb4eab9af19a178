using Berth.Kernel;

namespace Berth.Storage;

/// <summary>What can be wrong with state on disk.</summary>
public static class StorageProblems
{
    public static readonly ProblemCode StateUnreadable = new("state-unreadable");
    public static readonly ProblemCode StateNotDeletable = new("state-not-deletable");

    internal static Problem Unreadable(string path, string reason) => new(
        StateUnreadable,
        $"Cannot read {path}: {reason}",
        "Check the file's owner and mode; Berth's files belong to the user that runs berth serve.");

    internal static Problem NotDeletable(string path, string reason) => new(
        StateNotDeletable,
        $"Cannot remove {path}: {reason}",
        "Check the folder's owner and mode, then run the command again.");
}
