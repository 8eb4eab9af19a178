using Berth.Commands;
using Berth.Kernel;

namespace Berth.Installing;

/// <summary>All that an installed machine has, in the order it is made.</summary>
internal static class InstallPlan
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.GroupRead;

    private static readonly string[] LibFolders =
    [
        "config", "data", "data/storage", "core-plugins", "core-plugins/available", "core-plugins/enabled",
        "plugins", "plugins/available", "plugins/enabled",
    ];

    public static IReadOnlyList<InstallStep> For(Machine machine, string program) =>
    [
        Steps.Account(machine),
        Steps.Together($"make folders below {Places.Home}, {Places.Lib} and {Places.Logs}", [.. Folders(machine)]),
        Steps.Ownership(machine, Places.Home),
        Steps.Together($"write the first files of {Places.Home} and {Places.Lib}", [.. Files(machine)]),
        .. program == Places.Program ? [Steps.Program(machine, program)] : Array.Empty<InstallStep>(),
        Steps.Absent(machine, Places.DokkuFromSource),
        Steps.Link(machine, Places.DokkuLink, program),
        Steps.Link(machine, Places.PlugnLink, program),
        .. Machine.FindProgram("sudo") is null && !Directory.Exists(machine.At("/etc/sudoers.d")) ? Array.Empty<InstallStep>() : [Sudo(machine)],
        Steps.OwnFile(machine, Places.Unit, Unit(program), AtomicFile.PublicRead, _ => { }),
        .. machine.HasSystemd ? [Reload()] : Array.Empty<InstallStep>(),
        Steps.Together("write completion for bash, zsh and fish below /usr/local/share", [.. Completions(machine)]),
    ];

    public static string Unit(string program) => Embedded.Text("berth.service").Replace(Places.Program, program, StringComparison.Ordinal);

    private static IEnumerable<InstallStep> Folders(Machine machine) =>
    [
        Steps.Folder(machine, Places.Home, PrivateFolder.PublicRead),
        Steps.Folder(machine, $"{Places.Home}/.ssh", PrivateFolder.OwnerOnly),
        Steps.Folder(machine, Places.Lib, PrivateFolder.PublicRead),
        .. LibFolders.Select(name => Steps.Folder(machine, $"{Places.Lib}/{name}", PrivateFolder.PublicRead)),
        Steps.Folder(machine, Places.Logs, PrivateFolder.PublicRead | UnixFileMode.GroupWrite),
    ];

    private static IEnumerable<InstallStep> Files(Machine machine) =>
    [
        Steps.FirstFile(machine, $"{Places.Home}/.ssh/authorized_keys", "", AtomicFile.Private),
        Steps.FirstFile(machine, $"{Places.Home}/.sshcommand", Places.DokkuLink + "\n", AtomicFile.PublicRead),
        Steps.FirstFile(machine, $"{Places.Home}/HOSTNAME", Environment.MachineName + "\n", AtomicFile.PublicRead),
        Steps.FirstFile(machine, $"{Places.Home}/VERSION", VersionCommand.Contract + "\n", AtomicFile.PublicRead),
        Steps.FirstFile(machine, $"{Places.Lib}/STABLE_VERSION", VersionCommand.Contract + "\n", AtomicFile.PublicRead),
        Steps.FirstFile(machine, $"{Places.Lib}/core-plugins/config.toml", "", AtomicFile.PublicRead),
        Steps.FirstFile(machine, $"{Places.Lib}/plugins/config.toml", "", AtomicFile.PublicRead),
    ];

    private static InstallStep Sudo(Machine machine) =>
        Steps.OwnFile(machine, Places.Sudoers, Embedded.Text("sudoers"), OwnerAndGroup, CheckRule);

    /// <summary>A rule that sudo cannot read would take sudo away from everybody.</summary>
    private static void CheckRule(string text)
    {
        if (Machine.FindProgram("visudo") is null)
        {
            return;
        }

        var trial = Path.GetTempFileName();
        try
        {
            AtomicFile.Write(trial, text);
            Machine.Run("visudo", "--check", "--quiet", "--file", trial);
        }
        finally
        {
            File.Delete(trial);
        }
    }

    private static InstallStep Reload()
    {
        const string stamp = "/run/systemd/generator"; // there when systemd has read its units once
        return new(
            () => Directory.Exists(stamp) && Machine.TryRun("systemctl", "show", "--property", "NeedDaemonReload", "berth.service").Said.Contains("=no", StringComparison.Ordinal)
                ? null : "make systemd read its units again",
            () => Machine.Run("systemctl", "daemon-reload"));
    }

    private static IEnumerable<InstallStep> Completions(Machine machine) =>
    [
        Steps.OwnFile(machine, Places.BashCompletion, Embedded.Text("completion.bash"), AtomicFile.PublicRead),
        Steps.OwnFile(machine, Places.BashCompletionForDokku, Embedded.Text("completion.bash"), AtomicFile.PublicRead),
        Steps.OwnFile(machine, Places.ZshCompletion, Embedded.Text("completion.zsh"), AtomicFile.PublicRead),
        Steps.OwnFile(machine, Places.FishCompletion, Embedded.Text("completion.fish"), AtomicFile.PublicRead),
        Steps.OwnFile(machine, Places.FishCompletionForDokku, Embedded.Text("completion.fish"), AtomicFile.PublicRead),
    ];
}
