using System.Diagnostics;
using System.Net.Sockets;
using Berth.Platform.Processes;

namespace Berth.Platform.Tests.Processes;

public sealed class Deploying_an_app
{
    private const string Web = "web: ./server";

    [Fact]
    public async Task stops_old_instances_first_of_those_types_that_must_not_run_twice()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan("web: ./server\nworker: sleep 1000", formation: [("worker", 1)]);
        await harbor.DeployAsync(plan);
        harbor.Changes.Clear();

        await (await harbor.DeployAsync(plan with { ReleaseId = "r2", StopFirst = [ProcessType.Parse("worker")] })).Retired;

        var changes = harbor.Changes.ToArray();
        int First(string type, string release, InstanceState state) =>
            Array.FindIndex(changes, i => i.Type.Text == type && i.ReleaseId == release && i.State == state);
        Assert.True(First("worker", "r1", InstanceState.Stopped) < First("worker", "r2", InstanceState.Running));
        Assert.True(First("web", "r1", InstanceState.Stopped) > First("web", "r2", InstanceState.Running));
    }

    [Fact]
    public async Task trusts_the_types_whose_checks_are_skipped()
    {
        await using var harbor = new Harbor();
        harbor.Write("mute", "#!/bin/sh\nexec sleep 1000");
        var plan = harbor.Plan("web: ./mute") with { Unchecked = [ProcessType.Web] };

        await harbor.DeployAsync(plan);

        Assert.Equal(InstanceState.Running, Assert.Single(harbor.Instances).State);
        Assert.Equal(
            $"it accepts no connection at {harbor.Instances[0].Address}",
            await harbor.Scheduler.CheckAsync(Harbor.Name, harbor.Instances[0].Id, CancellationToken.None));
    }

    [Fact]
    public async Task tells_who_watches_what_it_waits_for_after_a_second()
    {
        await using var harbor = new Harbor();
        harbor.Write("slow", "#!/bin/sh\nwhile [ ! -e go ]; do sleep 0.02; done\nexec ./server");
        var told = new Waits(() => File.Create(harbor.Scratch["go"]).Dispose());

        await harbor.Scheduler.DeployAsync(harbor.Plan("web: ./slow"), Cutover.None, told, CancellationToken.None);

        Assert.Equal($"Waiting for web.1 to accept connections on port {harbor.Instances[0].Address!.Port}...", Assert.Single(told.Waited));
    }

    [Fact]
    public async Task starts_it_and_says_where_it_listens()
    {
        await using var harbor = new Harbor();

        var deployment = await harbor.DeployAsync(Web);

        var target = Assert.Single(deployment.Targets.Targets);
        Assert.Equal(("web", 1), (target.Type.Text, target.Index));
        Assert.StartsWith("web.1 r1 ", await Harbor.AskAsync(target.Address), StringComparison.Ordinal);
        var instance = Assert.Single(harbor.Instances);
        Assert.Equal((InstanceState.Running, "web.1", "r1"), (instance.State, instance.Name, instance.ReleaseId));
        Assert.Equal(target.Address, instance.Address);
        Assert.Equal(deployment.Targets, harbor.Scheduler.TargetsOf(Harbor.Name));
        Assert.Equal(["Starting web.1", "web.1 is healthy"], harbor.Output);
    }

    [Fact]
    public async Task gives_it_its_configuration_and_nothing_of_the_daemons()
    {
        Environment.SetEnvironmentVariable("BERTH_TEST_SECRET", "daemon's own");
        await using var harbor = new Harbor();
        harbor.Write("show", "#!/bin/sh\nenv > seen.tmp; pwd >> seen.tmp; echo \"$@\" >> seen.tmp; mv seen.tmp seen; exec sleep 60");
        var plan = harbor.Plan("worker: A=${B}2 ./show \"$B $PORT\"", formation: ("worker", 1));

        await harbor.DeployAsync(plan with { Environment = plan.Environment.Add("B", "x y").Add("HOME", "/h").Add("PORT", "1") });

        var seen = (await harbor.FileAsync("seen")).Split('\n');
        var port = Assert.Single(harbor.Instances).Address!.Port;
        Assert.Equal(
            ["A", "B", "BERTH_INSTANCE", "DYNO", "HOME", "LANG", "PATH", "PORT", "PWD", "RELEASE"],
            seen.Where(line => line.Contains('=', StringComparison.Ordinal)).Select(line => line.Split('=')[0]).Order(StringComparer.Ordinal));
        Assert.Contains("A=x y2", seen);
        Assert.Contains("DYNO=worker.1", seen);
        Assert.Contains("HOME=/h", seen);
        Assert.Contains($"PORT={port}", seen);
        Assert.Contains(harbor.Scratch.Path, seen);
        Assert.Contains($"x y {port}", seen);
    }

    [Fact]
    public async Task moves_requests_to_the_new_release_without_refusing_one()
    {
        await using var harbor = new Harbor();
        var first = await harbor.DeployAsync(Web, ("web", 2));
        var targets = first.Targets;
        using var done = new CancellationTokenSource();
        var (begun, drained) = (Signal(), Signal());
        var asking = Task.Run(async () =>
        {
            var answers = new List<string>();
            while (!done.IsCancellationRequested)
            {
                var now = Volatile.Read(ref targets);
                if (now.Version != first.Targets.Version)
                {
                    // One request at a time: none is in flight at the old.
                    drained.TrySetResult();
                }

                answers.Add((await Harbor.AskAsync(now.Targets[answers.Count % now.Targets.Length].Address)).Split(' ')[1]);
                begun.TrySetResult();
            }

            return answers;
        });

        await Task.WhenAny(begun.Task, asking);
        var second = await harbor.DeployAsync(harbor.Plan(Web, "r2", ("web", 2)), new Cutover(
            (now, _) =>
            {
                Volatile.Write(ref targets, now);
                return Task.CompletedTask;
            },
            (_, cancel) => drained.Task.WaitAsync(cancel)));
        await second.Retired;
        await done.CancelAsync();

        var seen = await asking;
        Assert.Equal(["r1", "r2"], seen.Distinct());
        Assert.Equal(["r2", "r2"], harbor.Instances.Select(instance => instance.ReleaseId));

        static TaskCompletionSource Signal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [Fact]
    public async Task stops_the_old_only_when_they_are_drained()
    {
        await using var harbor = new Harbor();
        var first = await harbor.DeployAsync(Web);
        var old = Assert.Single(first.Targets.Targets);
        var drained = new TaskCompletionSource<AppTargets>();
        var release = new TaskCompletionSource();

        var second = await harbor.DeployAsync(harbor.Plan(Web, "r2"), new Cutover((_, _) => Task.CompletedTask, (leaving, _) =>
        {
            drained.SetResult(leaving);
            return release.Task;
        }));

        Assert.Equal([old], (await drained.Task).Targets);
        Assert.StartsWith("web.1 r1", await Harbor.AskAsync(old.Address), StringComparison.Ordinal);
        Assert.Equal([InstanceState.Draining, InstanceState.Running], harbor.Instances.Select(instance => instance.State));
        release.SetResult();
        await second.Retired;
        await Assert.ThrowsAsync<SocketException>(() => Harbor.AskAsync(old.Address));
    }

    [Fact]
    public async Task drains_no_longer_than_the_plan_allows()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Web);
        var never = new TaskCompletionSource();

        var second = await harbor.DeployAsync(
            harbor.Plan(Web, "r2") with { DrainTimeout = TimeSpan.FromMilliseconds(100) },
            new Cutover((_, _) => Task.CompletedTask, (_, _) => never.Task));

        await second.Retired.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal("r2", Assert.Single(harbor.Instances).ReleaseId);
    }

    [Fact]
    public async Task stops_the_old_first_for_an_app_that_must_not_run_twice()
    {
        await using var harbor = new Harbor();
        harbor.Write("alone", "#!/bin/sh\nmkdir lock || exit 1\ntrap 'rmdir lock; exit 0' TERM\necho up > up\nwhile :; do sleep 0.05; done");
        var plan = harbor.Plan("worker: ./alone", formation: ("worker", 1));
        var first = await harbor.DeployAsync(plan);
        await harbor.FileAsync("up");

        var beside = plan with { ReleaseId = "r2", Health = new HealthSettings { Uptime = TimeSpan.FromSeconds(30) } };
        Assert.Equal(ProcessProblems.Exited, (await harbor.FailToDeployAsync(beside)).Code);
        await harbor.DeployAsync(plan with { ReleaseId = "r3", Handover = Handover.StopFirst });

        Assert.Equal("r3", Assert.Single(harbor.Instances).ReleaseId);
        Assert.Equal("r1", first.Plan.ReleaseId);
    }

    [Fact]
    public async Task tries_another_port_when_somebody_was_faster()
    {
        await using var harbor = new Harbor();
        harbor.Write("slow-bind", "#!/bin/sh\necho $PORT > asking.tmp; mv asking.tmp asking.$PORT\nwhile [ ! -e go.$PORT ]; do sleep 0.02; done\nexec ./server");
        var deploying = harbor.DeployAsync("web: ./slow-bind");
        var taken = await PortAskedForAsync(harbor, other: null);
        using var stranger = new TcpListener(System.Net.IPAddress.Any, taken);
        stranger.Start();
        File.Create(harbor.Scratch[$"go.{taken}"]).Dispose();

        var second = await PortAskedForAsync(harbor, taken);
        File.Create(harbor.Scratch[$"go.{second}"]).Dispose();

        Assert.Equal(second, Assert.Single((await deploying).Targets.Targets).Address.Port);
    }

    [Fact]
    public async Task does_one_thing_at_a_time_for_an_app()
    {
        await using var harbor = new Harbor();
        var swaps = new List<string>();
        Cutover Noting(string release) => new(
            async (_, cancel) =>
            {
                swaps.Add($"{release} begins");
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancel);
                swaps.Add($"{release} ends");
            },
            (_, _) => Task.CompletedTask);

        var first = harbor.DeployAsync(harbor.Plan(Web, "r1"), Noting("r1"));
        var second = harbor.DeployAsync(harbor.Plan(Web, "r2"), Noting("r2"));
        await Task.WhenAll(first, second);
        await (await second).Retired;

        Assert.Equal(["r1 begins", "r1 ends", "r2 begins", "r2 ends"], swaps);
        Assert.Equal("r2", Assert.Single(harbor.Instances).ReleaseId);
    }

    private static async Task<int> PortAskedForAsync(Harbor harbor, int? other)
    {
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeSpan.FromSeconds(20))
        {
            foreach (var file in Directory.GetFiles(harbor.Scratch.Path, "asking.2*"))
            {
                var port = int.Parse(Path.GetExtension(file)[1..], System.Globalization.CultureInfo.InvariantCulture);
                if (port != other)
                {
                    return port;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, CancellationToken.None);
        }

        throw new TimeoutException();
    }

    private sealed class Waits(Action waiting) : IWaitProgress
    {
        public List<string> Waited { get; } = [];

        public void Report(string value)
        {
            // Steps are another test's.
        }

        public void Waiting(string text)
        {
            Waited.Add(text);
            waiting();
        }
    }
}
