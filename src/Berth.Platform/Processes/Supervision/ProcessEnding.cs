using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Ends processes, whole and in bounded time.</summary>
/// <remarks>
/// A program that leaves its process group (a daemon of the old kind) is found by the marker in its environment. What changes
/// both, or forks faster than it is found, is out of reach without a control group.
/// </remarks>
internal sealed class ProcessEnding(string daemonId, TimeProvider time)
{
    /// <summary>The variable that names the instance, in the environment of all its processes.</summary>
    public const string Marker = "BERTH_INSTANCE";

    /// <summary>A process that survives SIGKILL this long hangs in the kernel; nothing can be done for it.</summary>
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    public KeyValuePair<string, string> MarkerOf(Instance instance) =>
        MarkerOf(instance.App.Text, instance.Type.Text, instance.Index, instance.Id);

    public KeyValuePair<string, string> MarkerOf(InstanceRecord record) => MarkerOf(record.App, record.Type, record.Index, record.Id);

    /// <summary>SIGTERM to the group, after <paramref name="patience"/> SIGKILL; then whatever else the instance left.</summary>
    public async Task EndAsync(RunningProcess process, string instanceId, TimeSpan patience)
    {
        if (!process.Exited.IsCompleted)
        {
            process.Signal(Libc.Terminate);
            await ExitOrTimeoutAsync(process, patience);
        }

        process.Signal(Libc.Kill);
        await ExitOrTimeoutAsync(process, KillPatience);
        await EndMarkedAsync((_, id) => id == instanceId, TimeSpan.Zero);
    }

    /// <summary>Ends all marked processes of instances that nobody wants, however they came to be.</summary>
    /// <param name="isWanted">Asked with an app's name and an instance's id.</param>
    /// <param name="patience">From SIGTERM to SIGKILL.</param>
    public Task EndStrangersAsync(Func<string, string, bool> isWanted, TimeSpan patience) =>
        EndMarkedAsync((app, id) => !isWanted(app, id), patience);

    private KeyValuePair<string, string> MarkerOf(string app, string type, int index, string id) =>
        new(Marker, string.Create(CultureInfo.InvariantCulture, $"{daemonId}/{app}/{type}/{index}/{id}"));

    /// <summary>Until none is left: what holds a port or a lock while it dies would fail the next start.</summary>
    private async Task EndMarkedAsync(Func<string, string, bool> chosen, TimeSpan patience)
    {
        var start = time.GetTimestamp();
        var signal = patience > TimeSpan.Zero ? Libc.Terminate : Libc.Kill;
        while (SignalMarked(chosen, signal) && time.GetElapsedTime(start) < patience + KillPatience)
        {
            await Task.Delay(Poll, time, CancellationToken.None);
            signal = time.GetElapsedTime(start) < patience ? Libc.None : Libc.Kill;
        }
    }

    /// <returns>True when there was any.</returns>
    private bool SignalMarked(Func<string, string, bool> chosen, int signal)
    {
        var any = false;
        foreach (var (pid, value) in ProcFolder.Marked(Marker, daemonId + "/"))
        {
            if (value.Split('/') is [_, var app, _, _, var id] && chosen(app, id))
            {
                any |= SignalExactly(pid, value, signal);
            }
        }

        return any;
    }

    private static bool SignalExactly(int pid, string marker, int signal)
    {
        var descriptor = Posix.OpenPidfd(pid);
        if (descriptor < 0)
        {
            return false;
        }

        try
        {
            // Looked at again: between the search and the descriptor the id may have gone to another process.
            return ProcFolder.IsMarked(pid, Marker, marker) && Libc.SignalPidfd(descriptor, signal);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    private async Task ExitOrTimeoutAsync(RunningProcess process, TimeSpan patience)
    {
        using var done = new CancellationTokenSource();
        await Task.WhenAny(process.Exited, Task.Delay(patience, time, done.Token));
        await done.CancelAsync();
    }
}
