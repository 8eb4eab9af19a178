using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Processes;

namespace Berth.LaunchHost;

/// <summary>A daemon that runs one app and waits to be killed.</summary>
internal static class Daemon
{
    /// <param name="folder">Holds the Procfile; state and logs go below it.</param>
    /// <param name="app">The app's name.</param>
    /// <param name="types">The types to run, one instance each.</param>
    public static async Task<int> RunAsync(string folder, string app, string[] types)
    {
        var options = new EmbeddedSchedulerOptions
        {
            StateFolder = Path.Combine(folder, "state"),
            Logs = new LogSettings { Folder = Path.Combine(folder, "logs") },
            Trampoline = Path.GetFileName(Environment.ProcessPath) == "dotnet"
                ? new TrampolineCommand(Environment.ProcessPath!, [Path.Combine(AppContext.BaseDirectory, "LaunchHost.dll"), Launcher.Verb])
                : TrampolineCommand.OfThisProgram(),
        };
        var plan = new ProcessPlan
        {
            App = AppName.Parse(app),
            ReleaseId = "r1",
            Artifact = folder,
            Processes = Procfile.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "Procfile")), "Procfile"),
            Formation = types.ToImmutableSortedDictionary(ProcessType.Parse, _ => 1),
            Health = new HealthSettings { Uptime = TimeSpan.FromMilliseconds(10) },
        };
        var scheduler = EmbeddedScheduler.Open(options, TimeProvider.System, new Random());
        await scheduler.DeployAsync(plan, Cutover.None, new Progress<string>(), CancellationToken.None);
        Console.WriteLine("ready");
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, CancellationToken.None);
        return 0;
    }
}
