using System.Diagnostics;
using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Processes;

namespace Berth.Platform.Tests.Processes;

public sealed class Stopping_an_app
{
    [Fact]
    public async Task takes_it_out_of_service_before_its_processes_are_asked_to_end()
    {
        await using var harbor = new Harbor();
        harbor.Write("polite", "#!/bin/sh\ntrap 'echo bye > farewell; exit 0' TERM\n./server & wait $!");
        await harbor.DeployAsync("web: ./polite");

        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);

        Assert.Equal("bye\n", await harbor.FileAsync("farewell"));
        Assert.Empty(Assert.Single(harbor.Told).Targets);
        Assert.Empty(harbor.Instances);
        Assert.Equal(InstanceState.Stopped, harbor.Changes.Last().State);
        Assert.Empty(Directory.EnumerateFiles(harbor.Options.StateFolder, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task kills_the_whole_group_of_a_program_that_will_not_end()
    {
        await using var harbor = new Harbor();
        harbor.Write("stubborn", "#!/bin/sh\ntrap '' TERM\nsleep 1000 &\necho $! > child\nwhile :; do sleep 0.1; done");
        var plan = harbor.Plan("worker: ./stubborn", formation: ("worker", 1));
        await harbor.DeployAsync(plan with { StopTimeout = TimeSpan.FromMilliseconds(300) });
        var child = int.Parse(await harbor.FileAsync("child"), CultureInfo.InvariantCulture);
        var leader = harbor.Instances[0].ProcessId!.Value;
        var clock = Stopwatch.StartNew();

        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);

        Assert.True(clock.Elapsed >= TimeSpan.FromMilliseconds(290), $"it was given {clock.Elapsed}");
        Assert.False(Harbor.IsAlive(leader));
        Assert.False(Harbor.IsAlive(child));
    }

    [Fact]
    public async Task ends_a_child_that_left_the_group()
    {
        await using var harbor = new Harbor();
        harbor.Write("daemoniser", "#!/bin/sh\nsetsid sh -c 'echo $$ > child; exec sleep 1000' &\nexec sleep 1000");
        await harbor.DeployAsync("worker: ./daemoniser", ("worker", 1));
        var child = int.Parse(await harbor.FileAsync("child"), CultureInfo.InvariantCulture);
        Assert.True(Harbor.IsAlive(child));

        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);

        Assert.False(Harbor.IsAlive(child));
    }

    [Fact]
    public async Task does_not_wait_for_instances_that_drain()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync("web: ./server");
        var never = new TaskCompletionSource();
        var second = await harbor.DeployAsync(
            harbor.Plan("web: ./server", "r2"), new Cutover((_, _) => Task.CompletedTask, (_, _) => never.Task));

        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);

        Assert.True(second.Retired.IsCompletedSuccessfully);
        Assert.Empty(harbor.Instances);
    }

    [Fact]
    public async Task ends_the_pauses_of_one_that_crashes()
    {
        await using var harbor = new Harbor();
        harbor.Write("fragile", "#!/bin/sh\n[ -e broken ] && exit 7\nexec ./server");
        await harbor.DeployAsync("web: ./fragile");
        File.Create(harbor.Scratch["broken"]).Dispose();
        Process.GetProcessById(harbor.Instances[0].ProcessId!.Value).Kill();
        await harbor.UntilAsync(i => i is { State: InstanceState.Restarting, Restarts: 3 });

        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));

        Assert.Empty(harbor.Instances);
    }

    [Fact]
    public async Task can_be_asked_of_an_app_that_never_ran_and_undone_by_a_deploy()
    {
        await using var harbor = new Harbor();
        await harbor.Scheduler.StopAsync(AppName.Parse("other"), CancellationToken.None);

        await harbor.DeployAsync("web: ./server");
        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);
        await harbor.DeployAsync("web: ./server");

        Assert.Equal(InstanceState.Running, Assert.Single(harbor.Instances).State);
    }
}
