using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Everything one app runs, and the one operation at a time that changes it.</summary>
internal sealed class AppSupervisor : IAsyncDisposable
{
    // The longest that an adopted process has to show that it listens before its app is called down.
    private static readonly TimeSpan AdoptionPatience = TimeSpan.FromSeconds(5);

    private static readonly IProgress<string> Unheard = new Progress<string>();

    private readonly SchedulerHost _host;
    private readonly Action<Instance> _changed;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _closing = new();
    private readonly TargetBoard _board;
    private readonly Departure _departure;
    private readonly Places _places;
    private CancellationTokenSource _hurry = new();
    private CancellationTokenSource _refresh = new();
    private Roster _roster = Roster.Empty;
    private Task _retiring = Task.CompletedTask;

    public AppSupervisor(AppName app, SchedulerHost host, Action<Instance> changed, Action<AppTargets> targetsChanged)
    {
        (_host, _changed) = (host, changed);
        _places = new Places(app, host, Changed);
        _board = new TargetBoard(app, () => Roster.Targets, targetsChanged);
        _departure = new Departure(host, gone => Change(roster => roster.Without(gone)));
    }

    public Roster Roster => Volatile.Read(ref _roster);

    public AppTargets Targets => _board.Told;

    public Task<Deployment> DeployAsync(
        ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AheadOfRefreshAsync(() => ReplaceAsync(_places.ForDeploy(Roster, plan), cutover, output, cancel), cancel);

    public Task<Deployment> ScaleAsync(ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AloneAsync(() => ReplaceAsync(_places.ForScale(Roster, plan), cutover, output, cancel), cancel);

    public Task<Deployment> RestartAsync(
        ProcessPlan plan, ProcessType? process, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        AloneAsync(() => ReplaceAsync(_places.ForRestart(Roster, plan, process), cutover, output, cancel), cancel);

    public Task StopAsync(CancellationToken cancel) => AheadOfRefreshAsync(
        async () =>
        {
            var leaving = Roster.Current;
            Change(roster => roster.WithLeaving(leaving) with { Plan = null });
            _board.Refresh();
            await _hurry.CancelAsync();
            _hurry = new CancellationTokenSource();
            await Task.WhenAll(_departure.StopAsync(leaving, failed: false), _retiring).WaitAsync(cancel);
            return true;
        },
        cancel);

    /// <param name="plan">What should run.</param>
    /// <param name="found">What runs already and fits the plan; one per place.</param>
    /// <param name="onlyFound">True starts nothing that is missing.</param>
    /// <param name="cancel">Ends the wait for the adopted to prove themselves.</param>
    public Task AdoptAsync(ProcessPlan plan, IReadOnlyCollection<Adoptable> found, bool onlyFound, CancellationToken cancel) => AloneAsync(
        async () =>
        {
            var pairs = _places.ForAdoption(plan, found, onlyFound);
            _board.BeginSwap(() => Change(_ => new Roster(plan, [.. pairs.Select(pair => pair.Instance)], [])));
            foreach (var (instance, adopted) in pairs)
            {
                instance.Resume(adopted?.AsRun(), outdated: adopted?.IsUpToDate(plan, _host.Records.DaemonId) == false);
            }

            var settled = Task.WhenAll(pairs.Where(pair => pair.Found is not null).Select(pair => pair.Instance.Settled));
            await settled.WaitAsync(AdoptionPatience, _host.Time, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            _board.EndSwapTelling(() => { });
            return true;
        },
        cancel);

    /// <summary>How many instances in service were adopted with another configuration than the plan's.</summary>
    public int StaleCount(ProcessPlan plan) => Roster.Current.Count(instance => instance.IsStale(plan));

    /// <summary>Replaces instances that were adopted with another configuration than the plan's; anything else that is asked for goes first.</summary>
    /// <exception cref="ProblemException">The new ones did not become healthy; the old ones stay.</exception>
    public async Task RefreshAsync(ProcessPlan plan, Cutover cutover, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _refresh.Token);
        await AloneAsync(
            async () =>
            {
                either.Token.ThrowIfCancellationRequested();
                var stale = Roster.Current.Where(instance => instance.IsStale(plan)).ToImmutableArray();
                return stale.IsEmpty || Roster.Plan is null
                    ? null
                    : await ReplaceAsync(_places.ForRefresh(Roster, stale), cutover, Unheard, either.Token);
            },
            either.Token);
    }

    /// <returns>What is wrong with an instance now; null when nothing is.</returns>
    public async Task<string?> CheckAsync(string instanceId, CancellationToken cancel)
    {
        var instance = Roster.All.FirstOrDefault(instance => instance.Snapshot.Id == instanceId);
        return instance is null ? "it is gone" : await instance.LookAsync(cancel);
    }

    /// <summary>Ends the supervision and leaves everything running.</summary>
    public async ValueTask DisposeAsync()
    {
        await _closing.CancelAsync();
        await _gate.WaitAsync();
        await Task.WhenAll(Roster.All.Select(instance => instance.DisposeAsync().AsTask()));
        await _hurry.CancelAsync();
        await _retiring;
        _gate.Dispose();
        _closing.Dispose();
        _hurry.Dispose();
        _refresh.Dispose();
    }

    private async Task<Deployment> ReplaceAsync(
        Replacement change, Cutover cutover, IProgress<string> output, CancellationToken cancel)
    {
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closing.Token);
        change = await StopFirstAsync(change);
        Change(roster => roster.WithStarting(change.Starting));
        try
        {
            await new StartTogether(output, _host.Time).RunAsync(change.Starting, giveUp.Token);
            await SwapAsync(change, cutover, giveUp.Token);
        }
        catch
        {
            await _departure.StopAsync(change.Starting, failed: true);
            throw;
        }

        var retired = _departure.RetireAsync(change.Leaving, change.Plan, cutover, _hurry.Token);
        _retiring = Task.WhenAll(_retiring, retired);
        return new Deployment(change.Plan, _board.Told, retired);
    }

    private async Task<Replacement> StopFirstAsync(Replacement change)
    {
        var first = change.Leaving.Where(instance => change.Plan.StopsFirst(instance.Snapshot.Type)).ToImmutableArray();
        if (first.IsEmpty)
        {
            return change;
        }

        Change(roster => roster.WithLeaving(first));
        _board.Refresh();
        await _departure.StopAsync(first, failed: false);
        return change with { Leaving = change.Leaving.RemoveRange(first) };
    }

    private async Task SwapAsync(Replacement change, Cutover cutover, CancellationToken cancel)
    {
        var before = Roster;
        var targets = _board.BeginSwap(() => Change(roster => roster.WithSwapped(change)));
        try
        {
            await cutover.Swap(targets, cancel);
        }
        catch
        {
            _board.EndSwapTelling(() => Change(_ => before));
            throw;
        }

        _board.EndSwap();
    }

    /// <summary>A refresh only brings an app up to date; what changes it anyway does not wait for that.</summary>
    private async Task<T> AheadOfRefreshAsync<T>(Func<Task<T>> operation, CancellationToken cancel)
    {
        await Interlocked.Exchange(ref _refresh, new CancellationTokenSource()).CancelAsync();
        return await AloneAsync(operation, cancel);
    }

    private async Task<T> AloneAsync<T>(Func<Task<T>> operation, CancellationToken cancel)
    {
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, _closing.Token))
        {
            await _gate.WaitAsync(either.Token);
        }

        try
        {
            return await operation();
        }
        finally
        {
            _gate.Release();
        }
    }

    private void Changed(Instance instance)
    {
        _board.Refresh();
        _changed(instance);
    }

    private void Change(Func<Roster, Roster> change)
    {
        while (true)
        {
            var before = Roster;
            if (Interlocked.CompareExchange(ref _roster, change(before), before) == before)
            {
                return;
            }
        }
    }
}
