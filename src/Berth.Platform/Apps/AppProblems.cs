using Berth.Kernel;

namespace Berth.Platform.Apps;

/// <summary>What can be wrong with an app's name.</summary>
public static class AppProblems
{
    public static readonly ProblemCode AppNotNamed = new("app-not-named", Contract: true);
    public static readonly ProblemCode AppUnknown = new("app-unknown", ExitStatus: 20, Contract: true);
    public static readonly ProblemCode AppTaken = new("app-taken", Contract: true);
    public static readonly ProblemCode AppNotConfirmed = new("app-not-confirmed", Contract: true);

    public static readonly ProblemCode AppLocked = new("app-locked", Contract: true);
    public static readonly ProblemCode AppNotLocked = new("app-not-locked", Contract: true);
    public static readonly ProblemCode AppUnlockFailed = new("app-unlock-failed", Contract: true);
    public static readonly ProblemCode AppNewNameMissing = new("app-new-name-missing", Contract: true);

    internal static Problem Locked(AppName app) => new(
        AppLocked,
        $"{app} currently has a deploy lock in place. Exiting...",
        $"Someone locked it on purpose: `berth apps:unlock {app}` lets it be deployed to again.");

    internal static Problem NotLocked(AppName app) => new(
        AppNotLocked, "Deploy lock does not exist", $"Nothing keeps {app} from being deployed to; `berth apps:lock {app}` would.");

    internal static Problem NothingToUnlock(AppName app) => new(
        AppUnlockFailed, "Unable to remove deploy lock", $"{app} is not locked: `berth apps:locked {app}` tells.");

    internal static Problem NoNewName() => new(
        AppNewNameMissing, "Please specify an new app name", "Put the new app's name behind the old one's: `berth apps:rename old new`.");

    internal static Problem OneAtATime(string word) => new(
        CommandLine.CommandLineProblems.ArgumentUnexpected,
        $"Unexpected argument(s): [{Printable.Of(word)}]",
        "Destroy one app at a time; nothing was removed.");

    internal static Problem NotNamed() => new(
        AppNotNamed, "Please specify an app to run the command on", "Put the app's name after the command; `berth apps:list` shows them.");

    internal static Problem Unknown(AppName app, string? nearest) => new(
        AppUnknown,
        $"App {app} does not exist",
        nearest is null ? $"Make it with `berth apps:create {app}`, or see `berth apps:list`." : $"Did you mean {nearest}? See `berth apps:list`.");

    internal static Problem Taken(AppName app) => new(
        AppTaken, "Name is already taken", $"Choose another name; {app} is an app or a folder already.");

    internal static Problem NotConfirmed(AppName app) => new(
        AppNotConfirmed,
        $"Confirmation did not match {app}. Aborted.",
        $"Type the app's name, or use `berth apps:destroy {app} --force`. Nothing was removed.");
}
