using Berth.Kernel;

namespace Berth.Installing;

/// <summary>What can be in the way of installing.</summary>
internal static class InstallProblems
{
    public static readonly ProblemCode DokkuPresent = new("install-dokku-present");
    public static readonly ProblemCode PortHeld = new("install-port-held");
    public static readonly ProblemCode AccountUnfit = new("install-account-unfit");
    public static readonly ProblemCode SystemProgramFailed = new("install-program-failed");
    public static readonly ProblemCode TreeUnfit = new("install-root-unfit");
    public static readonly ProblemCode DaemonStays = new("uninstall-daemon-stays");

    public static Problem OtherDokku(string path) => new(
        DokkuPresent,
        $"{path} is a dokku program that Berth did not put there.",
        "Run `berth install --take-over` to put Berth in its place: the old program is kept in /var/lib/berth/replaced, apps and their data stay "
        + "where they are, and `berth uninstall` puts it back.");

    public static Problem Held(int port, PortHolder holder) => new(
        PortHeld,
        $"Port {port} is held by {holder}, and the edge needs it.",
        holder.ToString().Contains("nginx", StringComparison.Ordinal)
            ? "Stop nginx and keep it from coming back, `systemctl disable --now nginx`, then run `berth install` again. Nothing was changed."
            : "Stop that program, then run `berth install` again; or install with --no-start and start the daemon on other ports. Nothing was changed.");

    public static Problem OtherHome(string home) => new(
        AccountUnfit,
        $"There is a user dokku whose home is {Printable.Of(home)}, and Berth's is /home/dokku.",
        "Put DOKKU_ROOT= and that folder into /etc/default/dokku if its apps lie there, or move the account: usermod --home /home/dokku dokku. Nothing was changed.");

    public static Problem ProgramFailed(string name, int status, string said) => new(
        SystemProgramFailed,
        $"{name} ended with status {status}: {Printable.Of(said.Trim(), 400)}",
        "Mend what it says, then run the command again: what was done already is left as it is.");

    public static Problem NoTree(string root, string missing) => new(
        TreeUnfit, $"{Printable.Of(root)} is no system's tree: it has no {missing}.", "Name the folder that holds the system's etc, usr and var.");

    public static Problem StillRunning(int process) => new(
        DaemonStays,
        $"The daemon (process {process}) has not ended within a minute and a half.",
        "See what it is waiting for with `berth ps:report`, end it, then run the command again. Nothing was removed.");
}
