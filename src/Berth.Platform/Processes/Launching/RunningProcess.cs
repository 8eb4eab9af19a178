using System.Diagnostics;
using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>A program that was started, by this daemon or by an earlier one.</summary>
internal sealed class RunningProcess
{
    private RunningProcess(int pid, ulong? startTime, Task<ExitStatus> exited) => (Pid, StartTime, Exited) = (pid, startTime, exited);

    /// <summary>Also the id of its session and its process group.</summary>
    public int Pid { get; }

    /// <summary>See <see cref="ProcFolder.StartTimeOf"/>; null when it was over before anyone could look.</summary>
    public ulong? StartTime { get; }

    public Task<ExitStatus> Exited { get; }

    /// <summary>A child of this daemon; owned from now on.</summary>
    public static RunningProcess OfChild(Process child) => new(child.Id, ProcFolder.StartTimeOf(child.Id), WaitAsync(child));

    /// <returns>Null when the process is over, or its id now belongs to another.</returns>
    public static RunningProcess? Adopt(int pid, ulong startTime, ExitWatch watch)
    {
        var descriptor = Posix.OpenPidfd(pid);
        if (descriptor < 0)
        {
            return null;
        }

        // Looked at after opening: the descriptor is then known to mean this process, for ever.
        if (ProcFolder.StartTimeOf(pid) != startTime)
        {
            _ = Libc.Close(descriptor);
            return null;
        }

        return new RunningProcess(pid, startTime, WaitAsync(watch.Watch(descriptor)));
    }

    /// <summary>Signals the whole group; the process alone as long as it leads none.</summary>
    /// <remarks>
    /// The kernel gives the id to no new process while the group has a member, so a late signal meets the group or nobody.
    /// </remarks>
    public void Signal(int signal)
    {
        if (Libc.Signal(-Pid, signal) < 0 && !Exited.IsCompleted)
        {
            _ = Libc.Signal(Pid, signal);
        }
    }

    private static async Task<ExitStatus> WaitAsync(Process child)
    {
        using (child)
        {
            await child.WaitForExitAsync();
            return new ExitStatus(child.ExitCode);
        }
    }

    private static async Task<ExitStatus> WaitAsync(Task ended)
    {
        await ended;
        return new ExitStatus(null);
    }
}
