using System.Collections.Concurrent;
using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Processes.Launching;
using Berth.Platform.Processes.Output;
using Berth.Platform.Processes.Supervision;

namespace Berth.Platform.Processes;

/// <summary>
/// Runs processes straight on this host, each as leader of its own session, with its output in a file of its own. They need
/// no daemon to go on running: one that dies or is replaced takes nothing down, and the next one adopts them.
/// </summary>
/// <remarks>
/// A unit for systemd must say <c>KillMode=process</c>, or stopping the daemon ends the apps with it. Fork bombs and memory are not
/// bounded here; that takes control groups.
/// </remarks>
public sealed class EmbeddedScheduler : IScheduler
{
    // Processes that nobody wants any more get this long to end by themselves.
    private static readonly TimeSpan StrangerPatience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<AppName, AppSupervisor> _apps = [];
    private readonly EmbeddedSchedulerOptions _options;
    private readonly SchedulerHost _host;
    private readonly FileLock _lock;
    private readonly ExitWatch _watch = new();
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _rotating;
    private int _disposed;

    private EmbeddedScheduler(EmbeddedSchedulerOptions options, FileLock held, TimeProvider time, Random random)
    {
        (_options, _lock) = (options, held);
        var chance = new Chance(random);
        var records = new RecordFolder(options.StateFolder);
        _host = new SchedulerHost
        {
            Time = time,
            Chance = chance,
            Records = records,
            Ports = new PortPool(options.Ports, chance),
            Starter = new ProcessStarter(options.Trampoline, time),
            Ending = new ProcessEnding(records.DaemonId, time),
            Probe = new HealthProbe(time),
            Logs = new LogFolder(options.Logs.Folder),
        };
        _rotating = RotateAsync();
    }

    public event Action<AppTargets>? TargetsChanged;

    public event Action<Instance>? InstanceChanged;

    public string Name => "embedded";

    /// <param name="options">Where things are kept.</param>
    /// <param name="time">Measures pauses, timeouts and uptimes.</param>
    /// <param name="random">Spreads restarts and ports.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.StateInUse"/>: another daemon has the state folder.</exception>
    public static EmbeddedScheduler Open(EmbeddedSchedulerOptions options, TimeProvider time, Random random)
    {
        PrivateFolder.Ensure(options.StateFolder);
        var held = FileLock.TryAcquire(Path.Combine(options.StateFolder, "lock"))
            ?? throw ProcessProblems.InUse(options.StateFolder).AsException();
        return new EmbeddedScheduler(options, held, time, random);
    }

    public Task<Deployment> DeployAsync(
        ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AppOf(plan.App).DeployAsync(plan, cutover, output, cancel);

    public Task<Deployment> ScaleAsync(
        AppName app, ImmutableSortedDictionary<ProcessType, int> formation, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AppOf(app).ScaleAsync(formation, cutover, output, cancel);

    public Task<Deployment> RestartAsync(
        AppName app, ProcessType? process, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AppOf(app).RestartAsync(process, cutover, output, cancel);

    public Task StopAsync(AppName app, CancellationToken cancel) => AppOf(app).StopAsync(cancel);

    public Task StopAllAsync(CancellationToken cancel) => Task.WhenAll(_apps.Values.Select(app => app.StopAsync(cancel)));

    public ImmutableArray<Instance> InstancesOf(AppName app) =>
    [
        .. AppOf(app).Roster.All
            .Select(instance => instance.Snapshot)
            .Where(instance => instance.State != InstanceState.Stopped)
            .OrderBy(instance => instance.Type).ThenBy(instance => instance.Index).ThenBy(instance => instance.Id, StringComparer.Ordinal),
    ];

    public AppTargets TargetsOf(AppName app) => AppOf(app).Targets;

    public async Task AdoptAsync(IReadOnlyCollection<ProcessPlan> plans, CancellationToken cancel)
    {
        var found = FindAdoptable();
        var chosen = plans.ToDictionary(plan => plan.App, plan => Choose(plan, found));
        foreach (var adopted in chosen.Values.SelectMany(list => list))
        {
            _host.Ports.Claim(adopted.Record.Port);
        }

        try
        {
            await Task.WhenAll(plans.Select(plan => AppOf(plan.App).AdoptAsync(plan, chosen[plan.App], cancel)));
        }
        finally
        {
            await EndStrangersAsync(found.Except(chosen.Values.SelectMany(list => list)));
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1)
        {
            return;
        }

        await _closing.CancelAsync();
        await Task.WhenAll(_apps.Values.Select(app => app.DisposeAsync().AsTask()));
        await _rotating;
        _watch.Dispose();
        _host.Probe.Dispose();
        _closing.Dispose();
        _lock.Dispose();
    }

    /// <returns>Of each place the newest; an older one was about to be stopped when its daemon ended.</returns>
    private static List<Adoptable> Choose(ProcessPlan plan, IEnumerable<Adoptable> found) =>
    [
        .. found.Where(adoptable => adoptable.Fits(plan))
            .GroupBy(adoptable => (adoptable.Record.Type, adoptable.Record.Index))
            .Select(place => place.MaxBy(adoptable => adoptable.Record.Id, StringComparer.Ordinal)!),
    ];

    private static void Tell<T>(Action<T>? handler, T value)
    {
        try
        {
            handler?.Invoke(value);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A handler must not throw; one that does must not end the supervision of an app.
        }
    }

    private AppSupervisor AppOf(AppName app) => _apps.GetOrAdd(app, name => new AppSupervisor(
        name, _host, instance => Tell(InstanceChanged, instance), targets => Tell(TargetsChanged, targets)));

    private List<Adoptable> FindAdoptable()
    {
        var found = new List<Adoptable>();
        foreach (var record in _host.Records.ReadAll())
        {
            if (record.BootId == ProcFolder.BootId && RunningProcess.Adopt(record.Pid, record.StartTime, _watch) is { } process)
            {
                found.Add(new Adoptable(record, process));
            }
            else
            {
                _host.Records.Delete(record);
            }
        }

        return found;
    }

    private async Task EndStrangersAsync(IEnumerable<Adoptable> strangers)
    {
        await Task.WhenAll(strangers.Select(async stranger =>
        {
            await _host.Ending.EndAsync(stranger.Process, stranger.Record.Id, StrangerPatience);
            _host.Records.Delete(stranger.Record);
        }));

        // What has no record: children that outlived their program, and programs started when the last daemon was killed.
        await _host.Ending.EndStrangersAsync(
            id => _apps.Values.Any(app => app.Roster.All.Any(instance => instance.Snapshot.Id == id)), StrangerPatience);
    }

    private async Task RotateAsync()
    {
        using var timer = new PeriodicTimer(_options.Logs.Interval, _host.Time);
        try
        {
            while (await timer.WaitForNextTickAsync(_closing.Token))
            {
                foreach (var instance in _apps.Values.SelectMany(app => app.Roster.All))
                {
                    LogRotation.RotateIfLarge(_host.Logs.PathOf(instance.Snapshot), _options.Logs.SizeLimit);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The scheduler is being disposed.
        }
    }
}
