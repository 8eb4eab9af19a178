using System.Globalization;
using Berth.Commands;
using Berth.Control;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.Processes;
using Berth.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>
/// The daemon: edge, authority, scheduler, renewals, control socket. What it needs to go on after kill -9 is on disk before it acts;
/// starting is the same as recovering.
/// </summary>
internal sealed partial class BerthDaemon(ServeOptions options, StateRoots roots, ILoggerFactory logs) : IAsyncDisposable
{
    private static readonly TimeSpan RecordPause = TimeSpan.FromMinutes(1);
    private readonly ILogger _log = logs.CreateLogger("Berth.Daemon");
    private readonly Stack<IAsyncDisposable> _started = new();
    private FileLock? _lock;
    private EmbeddedScheduler? _scheduler;
    private Services? _services;
    private ControlServer? _control;
    private AuthorityKeeper? _authority;
    private DaemonRecord? _record;
    private volatile bool _isRecordWritten;

    public async Task StartAsync(CancellationToken cancel)
    {
        Started(IdleMemory.Watch(TimeProvider.System));
        PrepareFolders();
        _lock = await LockAsync(cancel);
        var edge = EdgePorts.Choose(options);
        _authority = options.Authority ? Started(new AuthorityKeeper(roots, options.AuthorityPort, edge, logs)) : null;
        await (_authority?.TryAsync(cancel) ?? Task.CompletedTask);
        _scheduler = Started(OpenScheduler());
        _services = Started(new Services(roots, edge, _authority, _scheduler, inDaemon: true, logs));
        PrepareForPlugins(_services);

        // Names and certificates first: a visitor in the next second finds the app, if not its processes yet.
        _services.Routes.PublishAll(Passed, Mend);
        await Started(new ContainerWatch(_services.Containers, _services.Routes, Passed)).StartAsync(cancel);
        await _services.Edge.StartAsync(cancel);
        await _services.Runtime.AdoptAsync(Passed, cancel);
        WriteRecord();
        _control = Started(new ControlServer(roots, _services.Runner));
        await _control.StartAsync(cancel);
    }

    /// <summary>Serves until stopped, then ends what it started; apps are stopped too, since an orderly end is meant for all of it.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            IdleMemory.AfterStart();
            _services!.Notices.TakeUp();
            await new DaemonParts(_log, TimeProvider.System).UntilStoppedAsync(
                [
                    ("the sweep of leftovers", Task.Run(SweepLeftovers, stop)),
                    ("the renewal of certificates", _services.Renewals.RunAsync(stop)),
                    ("the sending of notices", _services.Notices.RunAsync(stop)),
                    ("the record of its ports", KeepTryingToRecordAsync(stop)),
                    ("the start of the authority", _authority?.KeepTryingAsync(WriteRecord, stop) ?? Task.CompletedTask),
                ],
                stop);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            Stopping(_log);
        }

        // Commands end first, or one of them could start an app behind our back.
        await _control!.DisposeAsync();
        await _scheduler!.StopAllAsync(CancellationToken.None);
        _services!.Known.Save(now: true);
        DaemonRecordFile.DeleteOwn(roots);
    }

    public void Describe(CommandOutput output) => Describe(_record!, output);

    public static void Describe(DaemonRecord record, CommandOutput output)
    {
        output.Headline(string.Create(CultureInfo.InvariantCulture, $"Berth {record.Version} is serving (process {record.ProcessId})"));
        output.Detail(string.Create(CultureInfo.InvariantCulture, $"HTTP on port {record.HttpPort}, HTTPS on port {record.HttpsPort}"));
        if (record.Authority is not null)
        {
            output.Detail($"Own authority: {record.Authority}");
            output.Detail($"Its root:      {record.AuthorityRoot}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (_started.TryPop(out var started))
        {
            await started.DisposeAsync();
        }

        _lock?.Dispose();
    }

    private EmbeddedScheduler OpenScheduler() => EmbeddedScheduler.Open(
        new EmbeddedSchedulerOptions
        {
            StateFolder = $"{roots.Lib}/data/instances",
            Logs = Services.LogSettingsOf(roots),
            Trampoline = TrampolineCommand.OfThisProgram(),
        },
        TimeProvider.System,
        new Random());

    private static DaemonRecord RecordOf(Services services, AuthorityKeeper? authority) => new()
    {
        ProcessId = Environment.ProcessId,
        Version = VersionCommand.Berth,
        HttpPort = services.Edge.HttpPort,
        HttpsPort = services.Edge.HttpsPort,
        Authority = authority?.Directory?.ToString(),
        AuthorityRoot = authority?.RootPath,
    };

    private T Started<T>(T started) where T : IAsyncDisposable
    {
        _started.Push(started);
        return started;
    }

    private void WriteRecord()
    {
        _record = RecordOf(_services!, _authority);
        try
        {
            DaemonRecordFile.Write(roots, _record);
            _isRecordWritten = true;
        }
        catch (ProblemException e)
        {
            _isRecordWritten = false;

            // One of an earlier daemon would name the wrong ports.
            DaemonRecordFile.Delete(roots);
            Unwritten(_log, e.Problem.Found);
        }
    }

    // On a full disk whoever visits the apps would not find it.
    private async Task KeepTryingToRecordAsync(CancellationToken stop)
    {
        while (!_isRecordWritten)
        {
            await Task.Delay(RecordPause, TimeProvider.System, stop);
            WriteRecord();
        }
    }

    private void Passed(AppName app, Problem problem) => AppPassed(_log, app.Text, problem.Code.Id, problem.Found, problem.Remedy);

    /// <summary>A daemon that was killed a moment ago holds its lock until the kernel has taken it apart.</summary>
    private async Task<FileLock> LockAsync(CancellationToken cancel)
    {
        try
        {
            return await FileLock.AcquireAsync($"{roots.Lib}/run/daemon.lock", roots.Lib, TimeSpan.FromSeconds(1), TimeProvider.System, cancel);
        }
        catch (ProblemException e) when (e.Problem.Code == KernelProblems.StateBusy)
        {
            throw ProgramProblems.AlreadyRunning(roots.Lib).AsException(e);
        }
    }

    private void PrepareFolders()
    {
        PrivateFolder.Ensure(roots.Home, PrivateFolder.PublicRead);
        PrivateFolder.Ensure(roots.Lib, PrivateFolder.PublicRead);
        PrivateFolder.Ensure($"{roots.Lib}/run", PrivateFolder.PublicRead);
        PrivateFolder.Ensure($"{roots.Lib}/data", PrivateFolder.PublicRead);
        PrivateFolder.Ensure($"{roots.Lib}/config", PrivateFolder.GroupRead);
    }

    /// <summary>Apps run without plugins: files that cannot be written are told of, and a plugin's command tries again.</summary>
    private void PrepareForPlugins(Services services)
    {
        try
        {
            services.Compatibility.Ensure();
        }
        catch (ProblemException e)
        {
            Unwritten(_log, e.Problem.Found);
        }
    }

    private void SweepLeftovers()
    {
        try
        {
            if (new LeftoverSweep(roots, TimeProvider.System).Run() is > 0 and var swept)
            {
                Swept(_log, swept);
            }

            // What apps that are gone left, and no process is at; the others are made again when they are needed.
            new FileStateStore(roots, TimeProvider.System).ForgetLocks(static _ => true);
        }
        catch (ProblemException e)
        {
            NotSwept(_log, e.Problem.Found);
        }
    }

    /// <summary>What a crash cut off has changed its files: those that are as they were need no look.</summary>
    private void Mend(AppName app)
    {
        try
        {
            if (_services!.Restoring.AtStart(app))
            {
                Mended(_log, app.Text);
            }
        }
        catch (ProblemException e)
        {
            NotMended(_log, app.Text, e.Problem.Found);
        }
    }

    [LoggerMessage(1201, LogLevel.Information, "Stopping: no new commands, apps are stopped")]
    private static partial void Stopping(ILogger log);

    [LoggerMessage(1208, LogLevel.Information, "Removed {Count} temporary files that a crash had left")]
    private static partial void Swept(ILogger log, int count);

    [LoggerMessage(1210, LogLevel.Warning, "What crashes left was not removed: {Found}")]
    private static partial void NotSwept(ILogger log, string found);

    [LoggerMessage(1205, LogLevel.Warning, "{Found}")]
    private static partial void Unwritten(ILogger log, string found);

    [LoggerMessage(1206, LogLevel.Error, "{App}: {Code}: {Found} {Remedy}")]
    private static partial void AppPassed(ILogger log, string app, string code, string found, string remedy);

    [LoggerMessage(1202, LogLevel.Warning, "{App}: the files of its certificate were damaged or cut off; the last issued pair is back in service")]
    private static partial void Mended(ILogger log, string app);

    [LoggerMessage(1203, LogLevel.Warning, "{App}: {Found}")]
    private static partial void NotMended(ILogger log, string app, string found);
}
