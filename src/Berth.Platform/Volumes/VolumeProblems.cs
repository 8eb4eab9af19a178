using Berth.Kernel;

namespace Berth.Platform.Volumes;

/// <summary>What can be wrong with persistent storage.</summary>
public static class VolumeProblems
{
    public static readonly ProblemCode DirectoryInvalid = new("storage-directory-invalid", Contract: true);
    public static readonly ProblemCode ChownInvalid = new("storage-chown-invalid", Contract: true);
    public static readonly ProblemCode MountInvalid = new("storage-mount-invalid", Contract: true);
    public static readonly ProblemCode MountExists = new("storage-mount-exists", Contract: true);
    public static readonly ProblemCode MountMissing = new("storage-mount-missing", Contract: true);
    public static readonly ProblemCode EntryInvalid = new("storage-entry-invalid", Contract: true);
    public static readonly ProblemCode EntryUnknown = new("storage-entry-unknown", Contract: true);
    public static readonly ProblemCode EntryInUse = new("storage-entry-in-use", Contract: true);
    public static readonly ProblemCode EntryDamaged = new("storage-entry-damaged");
    public static readonly ProblemCode PathForeign = new("storage-path-foreign");
    public static readonly ProblemCode NotConfirmed = new("storage-not-confirmed", Contract: true);
    public static readonly ProblemCode NeedsContainers = new("storage-needs-containers");

    internal static Problem NoDirectory() => new(
        DirectoryInvalid, "Please specify a directory to create", "Give it a name: `berth storage:ensure-directory my-app`.");

    internal static Problem BadDirectory() => new(
        DirectoryInvalid,
        "Directory can only contain the following set of characters: [A-Za-z0-9_-]",
        "Give a name without a path; the folder is made in data/storage.");

    internal static Problem BadChown() => new(
        ChownInvalid, "Unsupported chown permissions", "Use herokuish, heroku, paketo, root, false, or a number up to 65535.");

    internal static Problem BadMount(string found) => new(
        MountInvalid, found, "Write host and app side with a colon between them: `berth storage:mount my-app /var/lib/dokku/data/storage/my-app:/app/storage`.");

    internal static Problem AlreadyMounted() => new(
        MountExists, "Mount path already exists.", "Unmount it first to mount it with other options; `berth storage:list my-app` shows what is mounted.");

    internal static Problem NotMounted(string found) => new(
        MountMissing, found, "See what is mounted, and where: `berth storage:list my-app`.");

    internal static Problem BadEntry(string found) => new(
        EntryInvalid, found, "Correct what the message names; nothing was changed. `berth storage:help` lists the flags.");

    internal static Problem NoEntry(string name, string more = "") => new(
        EntryUnknown,
        $"storage entry {Go(name)} does not exist{more}",
        "See what there is: `berth storage:list-entries`. Make one: `berth storage:create my-data`.");

    internal static Problem InUse(string name, IEnumerable<string> apps) => new(
        EntryInUse,
        $"storage entry {Go(name)} is still mounted by app(s): {string.Join(", ", apps)}",
        $"Unmount it from each of them: `berth storage:unmount my-app {Printable.Of(name)}`.");

    internal static Problem Damaged(string file, string reason) => new(
        EntryDamaged, $"{file} is no record of storage: {Printable.Of(reason)}", "Restore the file from a backup, or remove it and make the entry anew; the data itself is not touched.");

    internal static Problem Foreign(string path, string root) => new(
        PathForeign,
        $"Berth makes and changes folders for storage only directly below {root}, and {Printable.Of(path)} is elsewhere.",
        "Make that folder yourself and give it to whom it should belong, then run the command again without --chown.");

    internal static Problem Unconfirmed(string name) => new(
        NotConfirmed, $"Confirmation did not match {Printable.Of(name)}. Aborted.", "Type the name, or add --force. Nothing was removed.");

    internal static Problem NoContainers() => new(
        NeedsContainers,
        "The embedded scheduler runs no containers, so there is none to look into storage with.",
        "The files lie on this host: `berth storage:info my-data` shows where.");

    /// <summary>A name as the contract's messages quote it.</summary>
    internal static string Go(string name) => $"\"{Printable.Of(name).Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
