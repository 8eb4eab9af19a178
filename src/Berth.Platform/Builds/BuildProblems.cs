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

    public static readonly ProblemCode BuildCanceled = new("build-canceled");
    public static readonly ProblemCode BuildUnknown = new("build-unknown", Contract: true);
    public static readonly ProblemCode BuildFilterInvalid = new("build-filter-invalid", Contract: true);
    public static readonly ProblemCode RetentionInvalid = new("build-retention-invalid", Contract: true);
    public static readonly ProblemCode BuildpackInvalid = new("buildpack-invalid", Contract: true);
    public static readonly ProblemCode BuildpackMissing = new("buildpack-missing", Contract: true);

    internal static Problem Canceled(AppName app, BuildSource source) => new(
        BuildCanceled,
        $"The {source.Operation} of {app} was canceled.",
        $"Somebody ran `berth builds:cancel {app}`. What ran before is still in service; start again when you like. `berth builds:list {app}` shows it.");

    internal static Problem UnknownBuild(AppName app, string found) => new(
        BuildUnknown, found, $"`berth builds:list {app}` shows the builds that are kept.");

    internal static Problem BadFilter(string found) => new(BuildFilterInvalid, found, "Use one of the values listed.");

    internal static Problem BadRetention(string found) => new(
        RetentionInvalid, found, "Give the number of finished builds to keep, such as 20; an empty value means 20.");

    internal static Problem BadBuildpack(string found) => new(
        BuildpackInvalid, found, "Give a git address such as https://github.com/heroku/heroku-buildpack-nodejs.git, or its short form heroku/nodejs.");

    internal static Problem NoBuildpack(AppName app, string found) => new(
        BuildpackMissing, found, $"`berth buildpacks:list {app}` shows those that are set, the first one with index 1.");

    public static readonly ProblemCode BuildDirMissing = new("build-dir-missing");

    internal static Problem DamagedArchive(string reason) => new(
        ArchiveDamaged, $"What was sent is not a whole tar archive: {Printable.Of(reason)}", "Send it again; nothing was changed.");

    internal static Problem NothingSent() => new(
        ArchiveDamaged, "Nothing was sent: the folder is empty, or standard input was.", "Name the folder that holds the app's Procfile; nothing was changed.");

    internal static Problem CompressedArchive() => new(
        ArchiveDamaged, "What was sent is compressed with gzip.", "Uncompress it and send that (`gunzip -c app.tar.gz`); nothing was changed.");

    internal static Problem MoreThanAFolder(AppName app, string word) => new(
        CommandLine.CommandLineProblems.ArgumentUnexpected,
        $"Unexpected argument(s): [{Printable.Of(word)}]",
        $"Name one folder, in quotes if its name has a space: `berth deploy {app} \"path/to/my folder\"`; nothing was changed.");

    internal static Problem RefusedEntry(string name, string reason) => new(
        ArchiveRefused,
        $"'{Printable.Of(name)}' in the archive was refused: {reason}.",
        "Deploy plain files, folders and links that stay inside the app's folder; nothing was changed.");

    internal static Problem TooLarge(ArchiveLimits limits) => new(
        ArchiveTooLarge,
        $"The archive holds more than {ByteSize.Of(limits.Bytes)} or {limits.Entries} entries.",
        "Leave build output and dependencies out of what you deploy; nothing was changed.");

    internal static Problem CannotUnpack(string folder, string reason) => new(
        ArchiveNotUnpacked, $"Cannot unpack into {folder}: {reason}", "Check free space (`df -h`), and that each name comes once and the sender did not go away; nothing was changed.");

    internal static Problem NoProcfile(AppName app, string path) => new(
        ProcfileMissing,
        $"{app} has no {Printable.Of(path)}, so Berth does not know what to run.",
        $"Put a file of that name beside the app's code, with a line such as 'web: ./server', or name the command: `berth ps:set {app} start-cmd ./server`.");

    internal static Problem NoBuildDir(AppName app, string folder) => new(
        BuildDirMissing,
        $"What was deployed of {app} has no folder {Printable.Of(folder)}.",
        $"Name one that is there, or none: `berth builder:set {app} build-dir`. `berth builder:report {app}` shows where it is set.");
}
