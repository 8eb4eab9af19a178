using System.Diagnostics;
using Berth.Platform.Processes;

namespace Berth.Platform.Tests.Processes;

public sealed class Restarting_after_a_crash
{
    [Fact]
    public async Task takes_the_instance_out_of_service_and_brings_it_back_at_another_address()
    {
        await using var harbor = new Harbor();
        var before = (await harbor.DeployAsync("web: ./server", ("web", 2))).Targets;
        var victim = harbor.Instances[0];

        Process.GetProcessById(victim.ProcessId!.Value).Kill();
        var back = await harbor.UntilAsync(i => i is { Index: 1, Restarts: 1, State: InstanceState.Running });

        Assert.Equal(victim.Id, back.Id);
        Assert.NotEqual(victim.Address, back.Address);
        Assert.Equal(137, back.LastExit!.Code);
        Assert.StartsWith("web.1 r1", await Harbor.AskAsync(back.Address!), StringComparison.Ordinal);
        var told = harbor.Told.ToArray();
        Assert.Equal([[2], [1, 2]], told.Select(targets => targets.Targets.Select(target => target.Index).ToArray()));
        Assert.Equal(before.Targets[1], told[1].Targets[1]);
        Assert.Equal([before.Version + 1, before.Version + 2], told.Select(targets => targets.Version));
    }

    [Fact]
    public async Task waits_longer_each_time_and_gives_up_after_the_policys_limit()
    {
        var time = new FastTime(200);
        await using var harbor = new Harbor(time);
        harbor.Write("fragile", "#!/bin/sh\n[ -e broken ] && exit 7\nexec ./server");
        var plan = harbor.Plan("web: ./fragile");
        await harbor.DeployAsync(plan with { Restart = RestartPolicy.Parse("on-failure:6"), Health = plan.Health with { Deadline = TimeSpan.FromHours(1) } });
        File.Create(harbor.Scratch["broken"]).Dispose();

        Process.GetProcessById(harbor.Instances[0].ProcessId!.Value).Kill();
        var last = await harbor.UntilAsync(i => i.State == InstanceState.Crashed);

        Assert.Equal(6, last.Restarts);
        Assert.Contains("exited with status 7", last.LastExit!.ToString(), StringComparison.Ordinal);
        Assert.Null(last.Address);
        Assert.Contains("berth: web.1 exited with status 7 before it was healthy (Procfile line 1 (web)); it starts again\n", harbor.Log(), StringComparison.Ordinal);
        await harbor.LogEndsAsync("web.1", "berth: web.1 exited with status 7 before it was healthy (Procfile line 1 (web)); it stays down after 6 restarts (restart policy on-failure:6)\n");
        Assert.Empty(harbor.Scheduler.TargetsOf(Harbor.Name).Targets);
        var pauses = Pauses(harbor.Changes.ToArray());
        Assert.Equal(6, pauses.Count);
        // 0 s, 1 s, 2 s … 16 s, each shortened by a quarter at most; longer is the machine's doing.
        Assert.All(pauses.Skip(1), (pause, i) => Assert.True(pause >= 0.75 * Math.Pow(2, i), $"{i}: {pause} s"));
    }

    [Fact]
    public async Task counts_anew_when_it_stayed_up_for_a_minute()
    {
        await using var harbor = new Harbor(new FastTime(200));
        harbor.Write("brief", "#!/bin/sh\nsleep 0.5\nexit 1");
        var plan = harbor.Plan("worker: ./brief", formation: ("worker", 1));

        await harbor.DeployAsync(plan with { Restart = RestartPolicy.Parse("on-failure:1"), Health = plan.Health with { Deadline = TimeSpan.FromHours(1) } });

        // Half a second here is a minute and a half to the scheduler: the limit of one in a row is never reached.
        var third = await harbor.UntilAsync(i => i is { Restarts: 3, State: InstanceState.Running });
        Assert.Equal(1, third.LastExit!.Code);
    }

    [Fact]
    public async Task leaves_a_process_alone_that_ended_well()
    {
        await using var harbor = new Harbor();
        harbor.Write("once", "#!/bin/sh\nsleep 0.5");

        await harbor.DeployAsync("worker: ./once", ("worker", 1));
        var ended = await harbor.UntilAsync(i => i.State == InstanceState.Exited);

        Assert.Equal((0, 0), (ended.LastExit!.Code, ended.Restarts));
        Assert.Equal(InstanceState.Exited, Assert.Single(harbor.Instances).State);
    }

    [Fact]
    public async Task starts_one_again_that_ended_well_when_the_policy_says_always()
    {
        await using var harbor = new Harbor();
        harbor.Write("once", "#!/bin/sh\nsleep 0.5");
        var plan = harbor.Plan("worker: ./once", formation: ("worker", 1));

        await harbor.DeployAsync(plan with { Restart = RestartPolicy.Parse("always") });

        await harbor.UntilAsync(i => i is { Restarts: 1, State: InstanceState.Running });
    }

    [Fact]
    public async Task ends_what_the_dead_program_left_behind_first()
    {
        await using var harbor = new Harbor();
        harbor.Write("parent", "#!/bin/sh\nsleep 1000 &\necho $! > child\nexec ./server");
        await harbor.DeployAsync("web: ./parent");
        var child = int.Parse(await harbor.FileAsync("child"), System.Globalization.CultureInfo.InvariantCulture);

        Process.GetProcessById(harbor.Instances[0].ProcessId!.Value).Kill();
        await harbor.UntilAsync(i => i is { Restarts: 1, State: InstanceState.Running });

        Assert.False(Harbor.IsAlive(child));
    }

    [Fact]
    public async Task goes_on_when_a_listener_throws()
    {
        await using var harbor = new Harbor();
        harbor.Scheduler.InstanceChanged += _ => throw new InvalidOperationException();
        harbor.Scheduler.TargetsChanged += _ => throw new InvalidOperationException();
        await harbor.DeployAsync("web: ./server");

        Process.GetProcessById(harbor.Instances[0].ProcessId!.Value).Kill();

        var clock = Stopwatch.StartNew();
        while (harbor.Instances[0] is not { Restarts: 1, State: InstanceState.Running })
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(20));
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }
    }

    /// <summary>From each end to the next start, in the scheduler's seconds.</summary>
    private static List<double> Pauses(Instance[] changes)
    {
        var pauses = new List<double>();
        for (var i = 0; i + 1 < changes.Length; i++)
        {
            if (changes[i].State == InstanceState.Restarting && changes[i + 1].State == InstanceState.Starting)
            {
                pauses.Add((changes[i + 1].Since - changes[i].Since).TotalSeconds);
            }
        }

        return pauses;
    }
}
