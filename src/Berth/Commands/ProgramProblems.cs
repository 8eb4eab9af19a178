using Berth.Kernel;
using Berth.Storage;

namespace Berth.Commands;

/// <summary>What can be wrong with the program, its daemon and this machine.</summary>
internal static class ProgramProblems
{
    public static readonly ProblemCode DaemonNotRunning = new("daemon-not-running");
    public static readonly ProblemCode DaemonNotAnswering = new("daemon-not-answering");
    public static readonly ProblemCode DaemonAccessDenied = new("daemon-access-denied");
    public static readonly ProblemCode FolderUnreadable = new("deploy-folder-unreadable");
    public static readonly ProblemCode DaemonAlreadyRunning = new("daemon-already-running");
    public static readonly ProblemCode DaemonOfOtherRoot = new("daemon-of-other-root");
    public static readonly ProblemCode FilesExhausted = new("files-exhausted");
    public static readonly ProblemCode DaemonNotStarted = new("daemon-not-started");
    public static readonly ProblemCode InternalError = new("internal-error");
    public static readonly ProblemCode OptionInvalid = new("option-invalid");
    public static readonly ProblemCode ProblemUnknown = new("problem-unknown");
    public static readonly ProblemCode FolderMissing = new("deploy-folder-missing");
    public static readonly ProblemCode CommandElsewhere = new("command-elsewhere");
    public static readonly ProblemCode DokkuRcUnreadable = new("dokkurc-unreadable", Contract: true);
    public static readonly ProblemCode SudoMissing = new("sudo-missing");
    public static readonly ProblemCode DaemonEnded = new("daemon-ended");
    public static readonly ProblemCode DaemonNotThere = new("daemon-not-there");
    public static readonly ProblemCode DaemonOfSystemd = new("daemon-of-systemd");
    public static readonly ProblemCode CallOversized = new("call-too-large");
    public static readonly ProblemCode CallNotTaken = new("call-refused");
    public static readonly ProblemCode OutputNotWritten = new("output-not-written");
    public static readonly ProblemCode WordForeign = new("word-not-utf8");
    public static readonly ProblemCode WorkingFolderGone = new("working-folder-gone");

    /// <summary>How a daemon is started, for whoever finds none.</summary>
    public const string HowToStart = "`sudo systemctl start berth` where it is installed, else `berth serve`";

    public static Problem NoDaemon(string command, string socket) => new(
        DaemonNotRunning,
        $"{command} needs the daemon, and none answers at {socket}.",
        $"Start it: {HowToStart}.");

    public static Problem NotAnswering(string socket) => new(
        DaemonNotAnswering,
        $"A daemon holds this state, but does not answer at {socket}.",
        "It is starting or ending, or listens at another socket (BERTH_SOCKET, when it was started with that): try again in a moment.");

    public static Problem NobodyAtSocket(string socket) => new(
        DaemonNotThere,
        $"BERTH_SOCKET names {Printable.Of(socket)}, and no daemon answers there.",
        "Correct it, or start the daemon with the same value; unset it and commands work on the files where no daemon runs.");

    public static Problem AccessDenied(string socket) => new(
        DaemonAccessDenied,
        $"The daemon at {Printable.Of(socket)} belongs to another user.",
        "Put sudo in front of the command.");

    public static Problem RunBySystemd(string unit) => new(
        DaemonOfSystemd,
        $"The daemon belongs to the unit {unit}, which would start it again.",
        $"Stop the unit: `sudo systemctl stop {unit}`.");

    public static Problem DaemonLost() => new(
        DaemonEnded,
        "The daemon ended before the command did.",
        $"State on disk is whole. Start it again ({HowToStart}), then repeat the command.");

    public static Problem CallTooLarge(int size, int limit) => new(
        CallOversized,
        $"The words of this command are {size} bytes long; one command takes {ByteSize.Of(limit)}.",
        "Divide it into several commands, and keep what is larger in a file of the app's.");

    public static Problem CallRefused(int status) => new(
        CallNotTaken,
        $"What answers at the control socket did not take the command (HTTP {status}).",
        "It is a daemon of another version, or another program: restart the daemon with this program, and check BERTH_SOCKET.");

    public static Problem OutputLost(SystemFault fault) => new(
        OutputNotWritten,
        $"What the command printed could not be written: {fault.Words}",
        "The command itself ran to its end. Make room where its output goes, then look again.");

    public static Problem WordNotText(int position, string word) => new(
        WordForeign,
        $"Word {position} of the command is not UTF-8: {Printable.Of(word, 60)}",
        "Type it in a terminal with a UTF-8 locale; a value of other bytes can be set with --encoded, as base64.");

    public static Problem NoWorkingFolder() => new(
        WorkingFolderGone,
        "The folder this command was started in does not exist any more, and a path was given relative to it.",
        "Change to a folder that exists, or write the whole path.");

    public static Problem InputUnreadable(string reason) => new(
        FolderUnreadable,
        $"What was to be sent cannot be read: {Printable.Of(reason)}",
        "Let your user read every file of the folder, and take sockets and devices out; nothing was changed.");

    public static Problem AlreadyRunning(string lib) => new(
        DaemonAlreadyRunning,
        $"Another daemon is serving {Printable.Of(lib)} already.",
        "Use that one, stop it first (`berth serve --stop`), or set DOKKU_ROOT and DOKKU_LIB_ROOT to folders of this one's own.");

    public static Problem OtherRoot(string home, StateRoots roots) => new(
        DaemonOfOtherRoot,
        $"The daemon that answers serves the apps in {Printable.Of(roots.Home)}, and DOKKU_ROOT names {Printable.Of(home)}.",
        $"Leave DOKKU_ROOT out, or set DOKKU_LIB_ROOT with it, which is {Printable.Of(roots.Lib)} of that daemon and another folder of another one.");

    public static Problem TooManyFiles() => new(
        FilesExhausted,
        "This process holds as many files as it may.",
        "Raise the limit of its shell or unit: `ulimit -n 1024`, or LimitNOFILE=.");

    public static Problem NotStarted(string log) => new(
        DaemonNotStarted, "The daemon is not ready yet after a minute.", $"See what it is waiting for: {Printable.Of(log)}. It goes on by itself.");

    public static Problem Internal(string reference, Exception cause) => new(
        InternalError,
        "Berth met a fault of its own, and stopped this command before it could do harm.",
        $"Please report it. A daemon's log has the details under reference {reference}.")
    {
        Details = [cause.GetType().Name],
    };

    public static Problem RcUnreadable(string file, string reason) => new(
        DokkuRcUnreadable,
        $"Unable to read {Printable.Of(file)} for sourcing",
        $"Let user dokku read it, or take it away: {Printable.Of(reason)}.");

    public static Problem NoSudo(string home) => new(
        SudoMissing,
        $"Commands act as the owner of {Printable.Of(home)}, and there is no sudo here to become that user.",
        "Install sudo, or run the command as root or as user dokku.");

    public static Problem BadOption(string found, string remedy) => new(OptionInvalid, found, remedy);

    /// <param name="word">What was typed.</param>
    /// <param name="nearest">The code it is much like.</param>
    /// <param name="holding">The codes it is a part of.</param>
    public static Problem UnknownProblem(string word, string? nearest, IReadOnlyList<string> holding) => new(
        ProblemUnknown,
        $"There is no problem code '{Printable.Of(word)}'.",
        nearest is not null ? $"Did you mean `berth explain {nearest}`?"
            : holding.Count > 0 ? $"Codes with that word: {string.Join(", ", holding)}."
            : "`berth explain` lists all codes.");

    public static Problem HasCounterpart(string command, string why, string instead) => new(
        CommandElsewhere, $"`{Printable.Of(command)}` is a command of Dokku that Berth has not: {why}.", instead);

    public static Problem FolderNotNamed(string app) => new(
        FolderMissing,
        "Please specify the folder to deploy.",
        $"Write `berth deploy {Printable.Of(app)} path/to/folder`, or send an archive: `git archive HEAD | berth deploy {Printable.Of(app)}`");

    public static Problem NoFolder(string path) => new(
        FolderMissing, $"There is no folder '{Printable.Of(path)}'.", "Name the folder that holds the app's Procfile.");
}
