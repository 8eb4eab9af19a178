using Berth.Kernel;

namespace Berth.Platform.Builds;

/// <summary>What can be wrong with what is deployed.</summary>
public static class BuildProblems
{
    public static readonly ProblemCode ArchiveDamaged = new("archive-damaged");
    public static readonly ProblemCode ArchiveRefused = new("archive-refused");
    public static readonly ProblemCode ArchiveTooLarge = new("archive-too-large");
    public static readonly ProblemCode ArchiveNotUnpacked = new("archive-not-unpacked");
    public static readonly ProblemCode ProcfileMissing = new("procfile-missing");

    internal static Problem DamagedArchive(string reason) => new(
        ArchiveDamaged, $"What was sent is not a whole tar archive: {Printable.Of(reason)}", "Send it again; nothing was changed.");

    internal static Problem RefusedEntry(string name, string reason) => new(
        ArchiveRefused,
        $"'{Printable.Of(name)}' in the archive was refused: {reason}.",
        "Deploy plain files, folders and links that stay inside the app's folder; nothing was changed.");

    internal static Problem TooLarge(ArchiveLimits limits) => new(
        ArchiveTooLarge,
        $"The archive holds more than {limits.Bytes >> 20} MiB or {limits.Entries} entries.",
        "Leave build output and dependencies out of what you deploy; nothing was changed.");

    internal static Problem CannotUnpack(string folder, string reason) => new(
        ArchiveNotUnpacked, $"Cannot unpack into {folder}: {reason}", "Check free space (`df -h`), and that each name comes once and the sender did not go away; nothing was changed.");

    internal static Problem NoProcfile(AppName app) => new(
        ProcfileMissing,
        $"{app} has no Procfile, so Berth does not know what to run.",
        "Put a file named Procfile beside the app's code, with a line such as: web: ./server");
}
