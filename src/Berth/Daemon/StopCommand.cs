using System.Globalization;
using Berth.Client;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Daemon;

/// <summary><c>berth serve --stop</c>: ends the daemon of these roots in an orderly way, its apps with it, and waits until it is gone.</summary>
internal static class StopCommand
{
    private const int Terminate = 15; // SIGTERM
    private const string Unit = "berth.service";

    // The daemon gives each app its time to end; systemd's unit has as much.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(100);

    public static async Task<int> RunAsync(StateRoots roots, CommandOutput output)
    {
        if (ProcessOf(roots) is not { } process)
        {
            output.Headline($"No daemon is serving {roots.Lib}");
            return 0;
        }

        if (IsSystemds(process))
        {
            throw ProgramProblems.RunBySystemd(Unit).AsException();
        }

        using var end = new ProcessEnd(process);
        output.Step(string.Create(CultureInfo.InvariantCulture, $"Stopping the daemon and its apps (process {process})"));
        if (Posix.Signal(process, Terminate) != 0)
        {
            throw ProgramProblems.AccessDenied(ControlSocket.FileOf(roots)).AsException(SystemFault.LastAsException("the daemon"));
        }

        using var ended = await FileLock.AcquireAsync($"{roots.Lib}/run/daemon.lock", roots.Lib, Patience, TimeProvider.System, CancellationToken.None);

        // Its log is open until the last moment: whoever waits for the end may unmount the disk that it is on.
        if (!end.ComesWithin(Patience))
        {
            throw ProgramProblems.NotAnswering(ControlSocket.FileOf(roots)).AsException();
        }

        output.Headline("Stopped");
        return 0;
    }

    /// <returns>The daemon's process as the kernel tells it; null when none holds these roots.</returns>
    /// <exception cref="ProblemException">One does, and cannot be found: it is just starting or ending.</exception>
    private static int? ProcessOf(StateRoots roots)
    {
        using var daemon = ControlConnection.TryConnect(roots);
        return daemon?.PeerProcess is { } process ? process
            : LocalRun.IsServed(roots) ? throw ProgramProblems.NotAnswering(ControlSocket.FileOf(roots)).AsException()
            : null;
    }

    private static bool IsSystemds(int process)
    {
        try
        {
            return File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process}/cgroup"))
                .Any(line => line.EndsWith($"/{Unit}", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or the system does not show it: then the signal tells.
            return false;
        }
    }
}
