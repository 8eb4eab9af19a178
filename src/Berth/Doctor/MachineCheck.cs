using System.Globalization;
using Berth.Commands;
using Berth.Daemon;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Doctor;

/// <summary>What must be right about a machine before apps are.</summary>
internal static class MachineCheck
{
    // Patches before it have known denial-of-service holes in the web server and the HTTP client.
    private static readonly Version LeastRuntime = new(10, 0, 13);
    private const long LeastFree = 512L << 20;

    public static IEnumerable<Finding> Look(StateRoots roots, DaemonLook daemon, string? undelivered)
    {
        yield return Finding.Ok($"berth {VersionCommand.Berth}");
        foreach (var (part, version) in RuntimeVersions.All)
        {
            yield return version >= LeastRuntime
                ? Finding.Ok($"{part} {version}")
                : Finding.Warn(
                    $"{part} {version}: patches before {LeastRuntime} have known denial-of-service holes",
                    "No newer one could be had when this was built. Once there are newer sources of Berth, build again from them; until then, keep strangers' load in check in front of it.");
        }

        foreach (var (variable, folder) in new[] { ("DOKKU_ROOT", roots.Home), ("DOKKU_LIB_ROOT", roots.Lib) })
        {
            yield return Folder(variable, folder);
        }

        yield return daemon.Finding;
        foreach (var port in new[] { daemon.Record?.HttpPort ?? 80, daemon.Record?.HttpsPort ?? 443 })
        {
            yield return Port(port, daemon.Record);
        }

        if (undelivered is not null)
        {
            yield return Finding.Warn(undelivered, "Each is tried for a day, a mail for a week, one after the other; what is set anew (`berth letsencrypt:set --global notify-webhook URL`, or notify-smtp-…) is tried at once. `berth letsencrypt:events` shows what they tell.");
        }

        if (daemon.Record is { HttpPort: not 80 })
        {
            yield return Finding.Warn(
                $"visitors and Let's Encrypt come to port 80, and the edge listens on {daemon.Record.HttpPort}",
                "Fine on a laptop. On a server run `berth serve` as root, or forward port 80 and 443 to the edge's.");
        }
    }

    private static Finding Folder(string variable, string folder)
    {
        if (!Directory.Exists(folder))
        {
            return Finding.Warn($"{variable}: {folder} does not exist yet", "The first command that writes makes it, and so does the daemon.");
        }

        var free = new DriveInfo(folder).AvailableFreeSpace;
        return free < LeastFree
            ? Finding.Warn($"{variable}: only {Mebibytes(free)} MiB are free at {folder}", "Free space: certificates and config need room to be written.")
            : Finding.Ok($"{variable}: {folder}, {Mebibytes(free)} MiB free");
    }

    private static Finding Port(int port, DaemonRecord? record)
    {
        var holder = PortHolder.Find(port);
        return holder switch
        {
            null when PortHolder.IsTaken(port) => record is not null && (port == record.HttpPort || port == record.HttpsPort)
                ? Finding.Ok($"port {port} is held, by the edge as its own record says")
                : Finding.Warn($"port {port} is held by a process that you may not look into", "Look as root: `sudo berth doctor`."),
            null when record is null => Finding.Ok($"port {port} is free for the edge"),
            null => Finding.Fail($"nobody listens on port {port}, though the daemon says it does", $"Stop it, `berth serve --stop`, and start it again: {ProgramProblems.HowToStart}."),
            _ when record is not null && holder.ProcessId == record.ProcessId => Finding.Ok($"port {port} is the edge's"),
            _ => Finding.Fail($"port {port} is held by {holder}", "Stop that program, or give the edge other ports: `berth serve --http-port N --https-port N`."),
        };
    }

    private static string Mebibytes(long bytes) => (bytes >> 20).ToString(CultureInfo.InvariantCulture);
}
