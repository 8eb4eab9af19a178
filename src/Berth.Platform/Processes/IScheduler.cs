using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>
/// Runs apps' processes somewhere: on this host, on Docker Engine, on a swarm. Operations on one app happen one at a time, in the
/// order asked for; operations on different apps run side by side. Every operation is bounded by the plan's own limits.
/// </summary>
/// <remarks>
/// Replacing instances is always the same story: start the new ones, wait until each is healthy, swap, drain the old ones, stop them.
/// When anything fails before the swap is done, the new ones are stopped and the old ones stay in service untouched.
/// </remarks>
public interface IScheduler : IAsyncDisposable
{
    /// <summary>Raised in order, one at a time per app, whenever the targets change outside a swap: crash, restart, stop, adoption.</summary>
    /// <remarks>
    /// A handler must not throw and should only store what it is given: the change is complete when it returns, and only
    /// then may an address that left be used again.
    /// </remarks>
    event Action<AppTargets>? TargetsChanged;

    /// <summary>Raised after any change of any instance, for logs and displays. A handler must not throw.</summary>
    event Action<Instance>? InstanceChanged;

    /// <summary>The name that <c>scheduler:set selected</c> takes.</summary>
    string Name { get; }

    /// <summary>False where there is nothing that could run an app: a command without a daemon.</summary>
    bool CanRun { get; }

    /// <summary>Replaces all instances of the app by those of the plan. Also the way to start an app that was stopped.</summary>
    /// <param name="plan">What to run from now on.</param>
    /// <param name="cutover">Told when to move requests.</param>
    /// <param name="output">Progress, one sentence a line, without prefix.</param>
    /// <param name="cancel">Before the swap: gives up and keeps the old instances. Afterwards: without effect.</param>
    /// <returns>When requests go to the new instances; the old ones may still be draining.</returns>
    /// <exception cref="ProblemException">
    /// <see cref="ProcessProblems.Exited"/>, <see cref="ProcessProblems.Unhealthy"/> (both with the last output in its details),
    /// <see cref="ProcessProblems.ProgramMissing"/>, <see cref="ProcessProblems.ProgramRefused"/> and others of <see cref="ProcessProblems"/>.
    /// </exception>
    Task<Deployment> DeployAsync(ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel);

    /// <summary>Changes how many instances run; instances that stay are not touched.</summary>
    /// <param name="plan">A running app's, with the new formation; new instances start with all it says.</param>
    /// <param name="cutover">Told when to move requests.</param>
    /// <param name="output">Progress, as for a deploy.</param>
    /// <param name="cancel">As for a deploy.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.NotRunning"/>, or as for a deploy.</exception>
    Task<Deployment> ScaleAsync(ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel);

    /// <summary>Replaces instances by new ones of the same release, without an interruption.</summary>
    /// <param name="plan">A running app's, as it is to run from now on.</param>
    /// <param name="process">One type, or null for all.</param>
    /// <param name="cutover">Told when to move requests.</param>
    /// <param name="output">Progress, as for a deploy.</param>
    /// <param name="cancel">As for a deploy.</param>
    /// <exception cref="ProblemException"><see cref="ProcessProblems.NotRunning"/>, or as for a deploy.</exception>
    Task<Deployment> RestartAsync(
        ProcessPlan plan, ProcessType? process, Cutover cutover, IProgress<string> output, CancellationToken cancel);

    /// <summary>Takes the app out of service and stops all it has; the scheduler then knows nothing of it.</summary>
    Task StopAsync(AppName app, CancellationToken cancel);

    /// <summary>
    /// Called once, first of all: takes over what an earlier daemon left running, starts what is missing from the plans and
    /// stops what no plan asks for. An app that will not start is retried in the background and fails nobody else. What was started
    /// with another configuration than the plan's serves on and is replaced in the background, without an interruption.
    /// </summary>
    /// <param name="wanted">What should be running.</param>
    /// <param name="cancel">Gives up waiting; what was adopted stays so.</param>
    Task AdoptAsync(Adoption wanted, CancellationToken cancel);

    /// <summary>Asks a running instance once whether it is fit for service.</summary>
    /// <param name="app">The app.</param>
    /// <param name="instanceId">Its <see cref="Instance.Id"/>.</param>
    /// <param name="cancel">Ends the question.</param>
    /// <returns>Null when it is, else what is wrong.</returns>
    Task<string?> CheckAsync(AppName app, string instanceId, CancellationToken cancel);

    /// <summary>Stops every app. Disposing, on the other hand, leaves them running for the next daemon to adopt.</summary>
    Task StopAllAsync(CancellationToken cancel);

    /// <summary>What runs now, also what is starting, draining or given up; by type and index.</summary>
    ImmutableArray<Instance> InstancesOf(AppName app);

    /// <summary>Where requests may go now.</summary>
    AppTargets TargetsOf(AppName app);
}
