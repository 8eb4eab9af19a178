using System.Diagnostics;
using Berth.Daemon;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Storage;

namespace Berth.Installing;

/// <summary><c>berth uninstall</c>: takes away what <c>berth install</c> made and puts back what it replaced. User, apps and data stay.</summary>
internal sealed class UninstallCommand(InstallOptions options, CommandOutput output)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private const int Terminate = 15; // SIGTERM
    private readonly Machine _machine = new(options.Root);

    public static Task<int> RunAsync(string[] words, CommandOutput output)
    {
        if (words is ["--help" or "-h", ..])
        {
            output.Line(InstallOptions.Usage);
            return Task.FromResult(0);
        }

        var options = InstallOptions.Parse("uninstall", words);
        return CurrentUser.IsRoot ? new UninstallCommand(options, output).RunAsync() : throw CommandLineProblems.NeedsRoot().AsException();
    }

    private async Task<int> RunAsync()
    {
        var steps = Removals().Where(step => step.Missing() is not null).ToArray();
        if (options.DryRun)
        {
            output.Headline("berth uninstall would, in this order");
            var stop = _machine.IsLive && Running is not null ? ["stop the daemon, and with it every app"] : Array.Empty<string>();
            foreach (var what in stop.Concat(steps.Select(step => step.Missing()!)).DefaultIfEmpty("do nothing: Berth is not installed"))
            {
                output.Detail(what);
            }

            output.Detail("Nothing was changed.");
            return 0;
        }

        output.Headline("Uninstalling Berth");
        if (_machine.IsLive)
        {
            await StopDaemonAsync();
        }

        foreach (var step in steps)
        {
            output.Step($"{char.ToUpperInvariant(step.Missing()![0])}{step.Missing()![1..]}");
            step.Do();
        }

        if (_machine.HasSystemd)
        {
            Machine.Run("systemctl", "daemon-reload");
        }

        output.Headline(steps.Length == 0 ? "Berth is not installed, nothing to do" : "Berth is uninstalled");
        output.Detail($"User {Places.Account}, {Places.Home} and {Places.Lib} are as they were: apps, config and certificates are all there.");
        return 0;
    }

    private IEnumerable<InstallStep> Removals() =>
    [
        Removal(Places.Unit, IsOurs: path => File.ReadAllText(path).Contains("berth serve", StringComparison.Ordinal)),
        Removal(Places.Sudoers),
        Removal(Places.BashCompletion),
        Removal(Places.BashCompletionForDokku),
        Removal(Places.ZshCompletion),
        Removal(Places.FishCompletion),
        Removal(Places.FishCompletionForDokku),
        Removal(Places.DokkuLink, IsOurs: _ => Steps.IsOwnLink(_machine, Places.DokkuLink)),
        Removal(Places.PlugnLink, IsOurs: _ => Steps.IsOwnLink(_machine, Places.PlugnLink)),
        Return(Places.DokkuLink),
        Return(Places.PlugnLink),
        Return(Places.DokkuFromSource),
        Removal(Places.Program),
        Removal("/usr/local/bin/libe_sqlite3.so"),
    ];

    private InstallStep Removal(string path, Func<string, bool>? IsOurs = null) => new(
        () => (File.Exists(_machine.At(path)) || new FileInfo(_machine.At(path)).LinkTarget is not null) && (IsOurs?.Invoke(_machine.At(path)) ?? true)
            ? $"remove {path}" : null,
        () => File.Delete(_machine.At(path)));

    private InstallStep Return(string path) => new(
        () => Replacements.HasFor(_machine, path) ? $"put back the old {path}" : null,
        () => Replacements.PutBack(_machine, path));

    private static DaemonRecord? Running =>
        DaemonRecordFile.Read(new StateRoots(Places.Home, Places.Lib)) is { } record && IsBerth(record.ProcessId) ? record : null;

    private async Task StopDaemonAsync()
    {
        if (_machine.HasSystemd && File.Exists(Places.Unit))
        {
            output.Step("Stop and disable berth.service");
            Machine.Run("systemctl", "disable", "--now", "--quiet", "berth.service");
        }

        if (Running is not { } record)
        {
            return;
        }

        output.Step($"Stop the daemon, process {record.ProcessId}, and the apps it runs");
        _ = Posix.Signal(record.ProcessId, Terminate);
        var started = Stopwatch.GetTimestamp();
        while (IsBerth(record.ProcessId))
        {
            if (Stopwatch.GetElapsedTime(started) > Patience)
            {
                throw InstallProblems.StillRunning(record.ProcessId).AsException();
            }

            await Task.Delay(Poll, TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>The number in the record may long be another program's.</summary>
    private static bool IsBerth(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline").Split('\0') is [var program, "serve", ..] && program.EndsWith("berth", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
