using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Platform.Processes;

namespace Berth.Client;

/// <summary>Stands where the daemon's scheduler would be: nothing runs. What an ended daemon left running is the next one's to adopt or stop.</summary>
internal sealed class NoScheduler : IScheduler
{
    public event Action<AppTargets>? TargetsChanged
    {
        add { }
        remove { }
    }

    public event Action<Instance>? InstanceChanged
    {
        add { }
        remove { }
    }

    public string Name => "none";

    public bool CanRun => false;

    public Task<Deployment> DeployAsync(ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        throw NotHere(plan.App);

    public Task<Deployment> ScaleAsync(ProcessPlan plan, Cutover cutover, IProgress<string> output, CancellationToken cancel) =>
        throw NotHere(plan.App);

    public Task<Deployment> RestartAsync(
        ProcessPlan plan, ProcessType? process, Cutover cutover, IProgress<string> output, CancellationToken cancel) => throw NotHere(plan.App);

    public Task StopAsync(AppName app, CancellationToken cancel) => Task.CompletedTask;

    public Task AdoptAsync(Adoption wanted, CancellationToken cancel) => Task.CompletedTask;

    public Task<string?> CheckAsync(AppName app, string instanceId, CancellationToken cancel) => throw NotHere(app);

    public Task StopAllAsync(CancellationToken cancel) => Task.CompletedTask;

    public ImmutableArray<Instance> InstancesOf(AppName app) => [];

    public AppTargets TargetsOf(AppName app) => new(app, 0, []);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ProblemException NotHere(AppName app) => Commands.ProgramProblems.NoDaemon($"Running {app}", "its socket").AsException();
}
