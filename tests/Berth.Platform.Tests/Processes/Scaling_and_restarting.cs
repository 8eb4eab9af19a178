using Berth.Kernel;
using Berth.Platform.Processes;

namespace Berth.Platform.Tests.Processes;

public sealed class Scaling_and_restarting
{
    private const string Procfile = "web: ./server\nworker: sleep 1000";

    [Fact]
    public async Task adds_instances_and_leaves_the_others_alone()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Procfile);
        var first = Assert.Single(harbor.Instances);

        var deployment = await ScaleAsync(harbor, ("web", 3), ("worker", 1));

        Assert.Equal(["web.1", "web.2", "web.3", "worker.1"], harbor.Instances.Select(i => i.Name));
        Assert.Equal(first, harbor.Instances[0]);
        Assert.Equal([1, 2, 3], deployment.Targets.Targets.Select(t => t.Index));
        Assert.Equal(3, deployment.Plan.CountOf(ProcessType.Web));
    }

    [Fact]
    public async Task takes_instances_away_from_the_end()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Procfile, ("web", 3), ("worker", 1));
        var first = harbor.Instances[0];

        var deployment = await ScaleAsync(harbor, ("web", 1), ("worker", 0));
        await deployment.Retired;

        Assert.Equal([first], harbor.Instances);
        Assert.Equal([1], deployment.Targets.Targets.Select(t => t.Index));
    }

    [Fact]
    public async Task can_take_the_last_away_and_bring_it_back()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Procfile);

        var none = await ScaleAsync(harbor, ("web", 0));
        await none.Retired;
        Assert.Empty(none.Targets.Targets);
        Assert.Empty(harbor.Instances);
        var one = await ScaleAsync(harbor, ("web", 1));

        Assert.StartsWith("web.1", await Harbor.AskAsync(Assert.Single(one.Targets.Targets).Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task changes_nothing_when_a_new_instance_fails()
    {
        await using var harbor = new Harbor();
        harbor.Write("picky", "#!/bin/sh\n[ $DYNO = web.2 ] && exit 1\nexec ./server");
        await harbor.DeployAsync("web: ./picky");
        var before = harbor.Instances;

        await Assert.ThrowsAsync<ProblemException>(() => ScaleAsync(harbor, ("web", 2)));

        Assert.Equal(before, harbor.Instances);
        Assert.Single((await RestartAsync(harbor, null)).Targets.Targets);
    }

    [Fact]
    public async Task replaces_all_instances_of_one_type()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Procfile, ("web", 1), ("worker", 1));
        var before = harbor.Instances;

        await (await RestartAsync(harbor, ProcessType.Parse("worker"))).Retired;

        Assert.Equal(before[0], harbor.Instances[0]);
        Assert.NotEqual(before[1].ProcessId, harbor.Instances[1].ProcessId);
        Assert.Equal(before.Select(i => i.Name), harbor.Instances.Select(i => i.Name));
    }

    [Fact]
    public async Task replaces_all_instances_when_no_type_is_named()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Procfile, ("web", 1), ("worker", 1));
        var before = harbor.Instances;

        await (await RestartAsync(harbor, null)).Retired;

        Assert.Empty(before.Select(i => i.ProcessId).Intersect(harbor.Instances.Select(i => i.ProcessId)));
        Assert.Equal(2, harbor.Instances.Length);
    }

    [Fact]
    public async Task needs_an_app_that_runs_and_a_type_that_is_known()
    {
        await using var harbor = new Harbor();
        Assert.Equal(ProcessProblems.NotRunning, (await Assert.ThrowsAsync<ProblemException>(() => ScaleAsync(harbor, ("web", 1)))).Problem.Code);
        Assert.Equal(ProcessProblems.NotRunning, (await Assert.ThrowsAsync<ProblemException>(() => RestartAsync(harbor, null))).Problem.Code);

        await harbor.DeployAsync(Procfile);

        var unknown = ProcessType.Parse("clock");
        Assert.Equal(ProcessProblems.TypeUnknown, (await Assert.ThrowsAsync<ProblemException>(() => ScaleAsync(harbor, ("clock", 1)))).Problem.Code);
        Assert.Equal(ProcessProblems.TypeUnknown, (await Assert.ThrowsAsync<ProblemException>(() => RestartAsync(harbor, unknown))).Problem.Code);
    }

    private static Task<Deployment> ScaleAsync(Harbor harbor, params (string Type, int Count)[] formation) => harbor.ScaleAsync(formation);

    private static Task<Deployment> RestartAsync(Harbor harbor, ProcessType? process) =>
        harbor.Scheduler.RestartAsync(harbor.Last, process, Cutover.None, new Progress<string>(), CancellationToken.None);
}
