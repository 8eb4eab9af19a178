using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Berth.Client;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Daemon;

/// <summary><c>berth serve</c>: the daemon, in this process or (<c>--detach</c>) in one of its own, and its end (<c>--stop</c>).</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] words, StateRoots roots, Caller caller, CommandOutput output)
    {
        if (words is ["--help" or "-h", ..])
        {
            output.Line(ServeOptions.Usage);
            return 0;
        }

        var options = ServeOptions.Parse(words);
        return options switch
        {
            { Stop: true } => await StopCommand.RunAsync(roots, output),
            { Detach: true } => await DetachAsync(words, roots, caller, output),
            _ => await ServeAsync(options, roots, output),
        };
    }

    private static async Task<int> ServeAsync(ServeOptions options, StateRoots roots, CommandOutput output)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var logs = new LineLogger(DetachedProcess.Log);
        await using var daemon = new BerthDaemon(options, roots, logs);
        await daemon.StartAsync(stop.Token);
        daemon.Describe(output);
        await daemon.RunAsync(stop.Token);
        return 0;

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    /// <summary>Starts the same words without <c>--detach</c>, its output in <c>run/berth.log</c>, and waits until it answers.</summary>
    private static async Task<int> DetachAsync(string[] options, StateRoots roots, Caller caller, CommandOutput output)
    {
        var log = $"{roots.Lib}/run/berth.log";
        PrivateFolder.Ensure($"{roots.Lib}/run", PrivateFolder.PublicRead);
        DetachedLog.Check(log);
        var before = new FileInfo(log).Length;
        using var child = DetachedProcess.Start(["serve", .. options.Where(word => word != "--detach")], log);
        if (await IsReadyAsync(child, roots))
        {
            Describe(child, roots, output);
            output.Detail($"Its log:       {log}");
            output.Detail($"To stop it:    {caller.Program} serve --stop");
            return 0;
        }

        if (!child.HasExited)
        {
            throw ProgramProblems.NotStarted(log).AsException();
        }

        // Its own words say what is wrong and what to do.
        using var words = new StreamReader(log);
        words.BaseStream.Position = Math.Min(before, words.BaseStream.Length);
        output.ErrorRaw(await words.ReadToEndAsync());
        return child.ExitCode == 0 ? 1 : child.ExitCode;
    }

    private static void Describe(Process child, StateRoots roots, CommandOutput output)
    {
        if (DaemonRecordFile.Read(roots) is { } record && record.ProcessId == child.Id)
        {
            BerthDaemon.Describe(record, output);
            return;
        }

        output.Warn(string.Create(
            CultureInfo.InvariantCulture, $"Berth is serving (process {child.Id}), but could not write down at which ports; its log says why."));
    }

    /// <returns>True once the new daemon answers; false when it ended first, or patience did.</returns>
    private static async Task<bool> IsReadyAsync(Process child, StateRoots roots)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartPatience && !child.HasExited)
        {
            using var daemon = ControlConnection.TryConnect(roots);
            if (daemon?.PeerProcess == child.Id)
            {
                return true;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }

        return false;
    }
}
