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
    private Task _refreshing = Task.CompletedTask;
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

    public bool CanRun => true;

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

    public Task<Deployment> ScaleAsync(ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AppOf(plan.App).ScaleAsync(plan, cutover, output, cancel);

    public Task<Deployment> RestartAsync(
        ProcessPlan plan, ProcessType? process, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AppOf(plan.App).RestartAsync(plan, process, cutover, output, cancel);

    public Task StopAsync(AppName app, CancellationToken cancel) => AppOf(app).StopAsync(cancel);

    public Task StopAllAsync(CancellationToken cancel) => Task.WhenAll(_apps.Values.Select(app => app.StopAsync(cancel)));

    public ImmutableArray<Instance> InstancesOf(AppName app) =>
    [
        .. (_apps.GetValueOrDefault(app)?.Roster.All ?? [])
            .Select(instance => instance.Snapshot)
            .Where(instance => instance.State != InstanceState.Stopped)
            .OrderBy(instance => instance.Type).ThenBy(instance => instance.Index).ThenBy(instance => instance.Id, StringComparer.Ordinal),
    ];

    // Most questions are about apps that never ran: no supervisor is made for them.
    public AppTargets TargetsOf(AppName app) => _apps.GetValueOrDefault(app)?.Targets ?? new AppTargets(app, 0, []);

    public Task<string?> CheckAsync(AppName app, string instanceId, CancellationToken cancel) => AppOf(app).CheckAsync(instanceId, cancel);

    public async Task AdoptAsync(Adoption wanted, CancellationToken cancel)
    {
        var found = FindAdoptable();
        var places = wanted.Plans.Select(plan => (Plan: plan, Chosen: Choose(found.Where(adoptable => adoptable.Fits(plan)))))
            .Where(place => !place.Plan.OnlyWhatRuns || place.Chosen.Count > 0)
            .Concat(StandIns(wanted, found))
            .ToArray();
        var adopted = places.SelectMany(place => place.Chosen).ToArray();
        foreach (var adoptable in adopted)
        {
            _host.Ports.Claim(adoptable.Record.Port);
        }

        try
        {
            await Task.WhenAll(places.Select(place => AppOf(place.Plan.App).AdoptAsync(
                place.Plan, place.Chosen, onlyFound: IsSpared(wanted, place.Plan.App.Text), cancel)));
        }
        finally
        {
            await EndStrangersAsync(found.Except(adopted), wanted);
        }

        _refreshing = Task.WhenAll(places.Where(place => !IsSpared(wanted, place.Plan.App.Text)).Select(place => RefreshAsync(place.Plan, wanted)));
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
        await _refreshing;
        _watch.Dispose();
        _host.Probe.Dispose();
        _closing.Dispose();
        _lock.Dispose();
    }

    /// <returns>Of each place the newest; an older one was about to be stopped when its daemon ended.</returns>
    private static List<Adoptable> Choose(IEnumerable<Adoptable> found) =>
    [
        .. found.GroupBy(adoptable => (adoptable.Record.Type, adoptable.Record.Index))
            .Select(place => place.MaxBy(adoptable => adoptable.Record.Id, StringComparer.Ordinal)!),
    ];

    private static bool IsSpared(Adoption wanted, string app) => AppName.TryParse(app, out var name) && wanted.Spared.ContainsKey(name);

    private static IEnumerable<(ProcessPlan Plan, List<Adoptable> Chosen)> StandIns(Adoption wanted, List<Adoptable> found)
    {
        foreach (var (app, release) in wanted.Spared)
        {
            var own = found.Where(adoptable => adoptable.Record.App == app.Text)
                .OrderByDescending(adoptable => adoptable.Record.Id, StringComparer.Ordinal)
                .ToArray();
            var current = release ?? own.FirstOrDefault()?.Record.ReleaseId;
            if (Choose(own.Where(adoptable => adoptable.Record.ReleaseId == current)) is { Count: > 0 } chosen)
            {
                yield return (StandIn.PlanFor(app, chosen), chosen);
            }
        }
    }

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
            if (record.BootId == ProcFolder.BootId
                && RunningProcess.Adopt(record.Pid, record.StartTime, _watch) is { } process
                && IsOurs(record))
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

    /// <summary>
    /// A record is a claim about a process; the process has to bear it out: by the marker in its environment or, where the program
    /// wrote its title over that, by the file its output goes to.
    /// </summary>
    private bool IsOurs(InstanceRecord record)
    {
        var marker = _host.Ending.MarkerOf(record);
        return ProcFolder.IsMarked(record.Pid, marker.Key, marker.Value)
            || ProcFolder.WritesTo(
                record.Pid, _host.Logs.PathOf(AppName.Parse(record.App), ProcessType.Parse(record.Type), record.Index, record.Id));
    }

    private async Task RefreshAsync(ProcessPlan plan, Adoption wanted)
    {
        var supervisor = AppOf(plan.App);
        if (supervisor.StaleCount(plan) is not (> 0 and var count))
        {
            return;
        }

        wanted.Replacing(plan.App, count);
        try
        {
            await supervisor.RefreshAsync(plan, wanted.CutoverOf(plan.App), _closing.Token);
        }
        catch (ProblemException e)
        {
            wanted.Failed(plan.App, e.Problem);
        }
        catch (OperationCanceledException)
        {
            // Something else brings the app up to date, stops it, or ends the daemon.
        }
    }

    private async Task EndStrangersAsync(IEnumerable<Adoptable> strangers, Adoption wanted)
    {
        await Task.WhenAll(strangers.Where(stranger => !IsSpared(wanted, stranger.Record.App)).Select(async stranger =>
        {
            await _host.Ending.EndAsync(stranger.Process, stranger.Record.Id, StrangerPatience);
            _host.Records.Delete(stranger.Record);
        }));

        // What has no record: children that outlived their program, and programs started when the last daemon was killed.
        await _host.Ending.EndStrangersAsync(
            (app, id) => IsSpared(wanted, app) || _apps.Values.Any(known => known.Roster.All.Any(instance => instance.Snapshot.Id == id)),
            StrangerPatience);
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
                    LogRotation.RotateIfLarge(_host.Logs.PathOf(instance.Snapshot), _options.Logs.LimitOf(instance.Snapshot.App));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The scheduler is being disposed.
        }
    }
}
