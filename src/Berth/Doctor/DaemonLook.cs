using System.Globalization;
using Berth.Client;
using Berth.Commands;
using Berth.Control;
using Berth.Daemon;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Doctor;

/// <summary>Whether a daemon is at work, found out within seconds also when it hangs.</summary>
/// <param name="Finding">What to tell.</param>
/// <param name="Record">What it says of itself; null when none answers, for then nothing of it can be relied on.</param>
internal sealed record DaemonLook(Finding Finding, DaemonRecord? Record)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public static DaemonLook At(StateRoots roots)
    {
        var socket = ControlSocket.FileOf(roots);
        try
        {
            using var daemon = ControlConnection.TryConnect(roots, Patience);
            return daemon is null ? new DaemonLook(Absent(roots, socket), null)
                : daemon.Answers() ? Answering(daemon, DaemonRecordFile.Read(roots), socket)
                : new DaemonLook(Hanging(daemon, socket), null);
        }
        catch (ProblemException e)
        {
            // Another user's, whom this one may not call; its record is still worth reading.
            return new DaemonLook(Finding.Fail(e.Problem.Found, e.Problem.Remedy), DaemonRecordFile.Read(roots));
        }
    }

    private static Finding Absent(StateRoots roots, string socket) => LocalRun.IsServed(roots)
        ? Finding.Fail($"a daemon holds {roots.Lib}, but none answers at {socket}", "It is starting or ending, or was started with another BERTH_SOCKET: try again in a moment.")
        : Finding.Fail($"no daemon answers at {socket}", $"Start it: {ProgramProblems.HowToStart}.");

    private static DaemonLook Answering(ControlConnection daemon, DaemonRecord? record, string socket) => record is null
        ? new(Finding.Fail(
            string.Create(CultureInfo.InvariantCulture, $"the daemon answers at {socket} (process {daemon.PeerProcess}), but could not write down its ports (run/daemon.json), so that nothing is visited"),
            "Make room on the disk, or let it be written to: the daemon tries again each minute."), null)
        : new(Finding.Ok(string.Create(CultureInfo.InvariantCulture, $"the daemon answers at {socket} (process {daemon.PeerProcess}; `berth serve --stop` ends it)")), record);

    private static Finding Hanging(ControlConnection daemon, string socket) => Finding.Fail(
        string.Create(CultureInfo.InvariantCulture, $"the daemon at {socket} (process {daemon.PeerProcess}) takes calls, but has not answered for {Patience.TotalSeconds} seconds"),
        string.Create(
            CultureInfo.InvariantCulture,
            $"See its log (`journalctl -u berth`, or run/berth.log). If it was stopped, `kill -CONT {daemon.PeerProcess}` lets it go on. If it stays so, `kill -9 {daemon.PeerProcess}` and start it again: apps go on meanwhile, and nothing is lost."));
}
