using System.ComponentModel;
using System.Diagnostics;
using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>Starts programs through the trampoline.</summary>
internal sealed class ProcessStarter(TrampolineCommand trampoline, TimeProvider time)
{
    /// <summary>More than any status the launcher writes; a broken trampoline may say anything.</summary>
    private const int StatusLimit = 64 * 1024;

    // A child that hangs in the kernel (a dead network file system) outlives SIGKILL; it is not waited for longer.
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(10);

    /// <param name="spec">What to start.</param>
    /// <param name="marker">The variable that names the instance, so that a child nobody wrote down can be found.</param>
    /// <param name="origin">Where the command was written, for messages.</param>
    /// <param name="started">Called with the child before it gets its orders: the place to write it down.</param>
    /// <param name="cancel">Ends the child and the wait.</param>
    /// <returns>The process, in which the app's program has taken over.</returns>
    /// <exception cref="ProblemException">The program or the launcher could not be started.</exception>
    public async Task<RunningProcess> StartAsync(
        LaunchSpec spec, KeyValuePair<string, string> marker, string origin, Action<RunningProcess> started, CancellationToken cancel)
    {
        var child = StartTrampoline(spec.Name, marker);
        var (input, status) = (child.StandardInput.BaseStream, child.StandardError);
        var process = RunningProcess.OfChild(child);
        try
        {
            started(process);
            await SendAsync(spec, input, cancel);
            if (LaunchStatus.Read(await ReadAsync(status, cancel)) is { } failure)
            {
                throw failure.AsProblem(spec.Name, origin, spec.Words[0]).AsException();
            }

            return process;
        }
        catch
        {
            process.Signal(Libc.Kill);
            await ((Task)process.Exited).WaitAsync(KillPatience, time, CancellationToken.None)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
        finally
        {
            status.Dispose();
        }
    }

    private Process StartTrampoline(string name, KeyValuePair<string, string> marker)
    {
        var start = new ProcessStartInfo(trampoline.File)
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            // Only so that the daemon's own output, perhaps a terminal, is none of the child's business.
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        foreach (var argument in trampoline.Arguments.Append(name))
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment.Clear();
        start.Environment.Add(marker!);
        try
        {
            var child = Process.Start(start)!;
            child.StandardOutput.Dispose();
            return child;
        }
        catch (Win32Exception e)
        {
            throw ProcessProblems.FailedLaunch(name, $"the launcher {trampoline.File}: {e.Message}").AsException(e);
        }
    }

    private static async Task SendAsync(LaunchSpec spec, Stream input, CancellationToken cancel)
    {
        await using (input)
        {
            try
            {
                await input.WriteAsync(spec.Encode(), cancel);
            }
            catch (IOException)
            {
                // It ended without reading; its status tells why.
            }
        }
    }

    private static async Task<string> ReadAsync(StreamReader status, CancellationToken cancel)
    {
        var buffer = new char[StatusLimit];
        var length = await status.ReadBlockAsync(buffer, cancel);
        return new string(buffer, 0, length);
    }
}
