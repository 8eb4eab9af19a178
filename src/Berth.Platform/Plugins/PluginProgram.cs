using System.ComponentModel;
using System.Diagnostics;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes.Launching;

namespace Berth.Platform.Plugins;

/// <summary>
/// Runs one plugin program to its end, its output streamed as it comes: a slow reader holds the program up, never the daemon, and no
/// more than one piece of each stream is in memory.
/// </summary>
internal sealed class PluginProgram(TimeProvider time)
{
    // What it may still do after Ctrl-C before it is ended.
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(5);

    // A program that leaves something running behind it keeps its outputs open; nobody waits for that one's words.
    private static readonly TimeSpan LastWords = TimeSpan.FromMilliseconds(500);

    /// <param name="run">What to run.</param>
    /// <param name="cancel">Interrupts it; after a few seconds it is ended with all it started.</param>
    /// <returns>Its exit status; 128 and the signal when one ended it.</returns>
    /// <exception cref="Kernel.ProblemException"><see cref="PluginProblems.NotStarted"/>.</exception>
    public async Task<int> RunAsync(PluginRun run, CancellationToken cancel)
    {
        cancel.ThrowIfCancellationRequested();
        using var process = Start(run);
        using var watching = cancel.Register(() => ProcessTree.Signal(process.Id, ProcessTree.Interrupt));
        var exited = process.WaitForExitAsync(CancellationToken.None);
        var input = run.Input.FeedAsync(process.StandardInput.BaseStream, exited);
        OutputPump[] pumps =
        [
            new(process.StandardOutput.BaseStream, OutputChannel.Standard, run.Output),
            new(process.StandardError.BaseStream, OutputChannel.Error, run.Output),
        ];
        await EndAsync(process, exited, cancel);
        await HearOutAsync(pumps);
        await input;
        cancel.ThrowIfCancellationRequested();
        return process.ExitCode;
    }

    private static Process Start(PluginRun run)
    {
        var start = new ProcessStartInfo(run.Program, run.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Directory.Exists(run.Folder) ? run.Folder : "/",
        };
        if (run.Account is not null)
        {
            start.UserName = run.Account;
        }

        start.Environment.Clear();
        foreach (var (name, value) in run.Environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Exception e) when (e is Win32Exception or IOException)
        {
            throw PluginProblems.CannotStart(run.Program, e.Message).AsException(e);
        }
    }

    private async Task EndAsync(Process process, Task exited, CancellationToken cancel)
    {
        try
        {
            await exited.WaitAsync(cancel);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            if (await Task.WhenAny(exited, Task.Delay(Farewell, time, CancellationToken.None)) != exited)
            {
                ProcessTree.Signal(process.Id, Libc.Kill);
            }

            await exited;
        }
    }

    private async Task HearOutAsync(OutputPump[] pumps)
    {
        var all = Task.WhenAll(pumps.Select(pump => pump.Ended));
        while (!all.IsCompleted)
        {
            var before = pumps.Select(pump => pump.Settled).ToArray();
            await Task.WhenAny(all, Task.Delay(LastWords, time, CancellationToken.None));
            if (!before.Contains(null) && pumps.Select(pump => pump.Settled).SequenceEqual(before))
            {
                break;
            }
        }

        foreach (var pump in pumps)
        {
            pump.Stop();
        }
    }
}
