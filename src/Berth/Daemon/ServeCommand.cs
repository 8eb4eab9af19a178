using System.Diagnostics;
using System.Runtime.InteropServices;
using Berth.Client;
using Berth.Commands;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Daemon;

/// <summary><c>berth serve</c>: the daemon, in this process or (<c>--detach</c>) in one of its own.</summary>
internal static class ServeCommand
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    public static async Task<int> RunAsync(string[] words, StateRoots roots, CommandOutput output)
    {
        if (words is ["--help" or "-h", ..])
        {
            output.Line(ServeOptions.Usage);
            return 0;
        }

        var options = ServeOptions.Parse(words);
        return options.Detach ? await DetachAsync(words, roots, output) : await ServeAsync(options, roots, output);
    }

    private static async Task<int> ServeAsync(ServeOptions options, StateRoots roots, CommandOutput output)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        using var logs = new LineLogger();
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
    private static async Task<int> DetachAsync(string[] options, StateRoots roots, CommandOutput output)
    {
        var log = $"{roots.Lib}/run/berth.log";
        PrivateFolder.Ensure($"{roots.Lib}/run", PrivateFolder.PublicRead);
        var before = File.Exists(log) ? new FileInfo(log).Length : 0;
        using var child = DetachedProcess.Start(["serve", .. options.Where(word => word != "--detach")], log);
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartPatience && !child.HasExited)
        {
            using var client = ControlClient.TryConnect(roots);
            if (client is not null && DaemonRecordFile.Read(roots) is { } record && record.ProcessId == child.Id)
            {
                BerthDaemon.Describe(record, output);
                return 0;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }

        if (!child.HasExited)
        {
            throw ProgramProblems.NotStarted(log).AsException();
        }

        // Its own words say what is wrong and what to do.
        using var words = new StreamReader(log);
        words.BaseStream.Position = before;
        output.ErrorRaw(await words.ReadToEndAsync());
        return child.ExitCode == 0 ? 1 : child.ExitCode;
    }
}
