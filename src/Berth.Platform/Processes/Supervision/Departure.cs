using System.Collections.Immutable;

namespace Berth.Platform.Processes.Supervision;

/// <summary>How instances leave: they drain, they stop, their output is put aside.</summary>
internal sealed class Departure(SchedulerHost host, Action<SupervisedInstance> gone)
{
    /// <param name="leaving">No request is sent to them any more.</param>
    /// <param name="plan">Says how long they may drain.</param>
    /// <param name="cutover">Knows when they are drained.</param>
    /// <param name="hurry">Ends the draining.</param>
    /// <returns>Never fails.</returns>
    public async Task RetireAsync(
        ImmutableArray<SupervisedInstance> leaving, ProcessPlan plan, Cutover cutover, CancellationToken hurry)
    {
        ImmutableArray<Target> targets = [.. leaving.Select(instance => instance.Target).OfType<Target>()];
        foreach (var instance in leaving)
        {
            instance.Retire();
        }

        if (!targets.IsEmpty)
        {
            await DrainAsync(new AppTargets(plan.App, 0, targets), plan.DrainTimeout, cutover, hurry);
        }

        await StopAsync(leaving, failed: false);
    }

    /// <param name="instances">They are asked to end at the same time.</param>
    /// <param name="failed">Says as what their output is kept.</param>
    public Task StopAsync(IEnumerable<SupervisedInstance> instances, bool failed) =>
        Task.WhenAll(instances.Select(instance => StopAsync(instance, failed)));

    private async Task StopAsync(SupervisedInstance instance, bool failed)
    {
        await instance.StopAsync();
        host.Logs.Retire(instance.Snapshot, failed);
        gone(instance);
    }

    private async Task DrainAsync(AppTargets targets, TimeSpan timeout, Cutover cutover, CancellationToken hurry)
    {
        using var deadline = new CancellationTokenSource(timeout, host.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(hurry, deadline.Token);
        // Bounded here too: a drain that does not listen to its token must not keep old instances for ever, nor one that fails.
        var drained = Task.Run(() => cutover.Drain(targets, either.Token), CancellationToken.None);
        await drained.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
