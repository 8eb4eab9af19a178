using System.Collections.Immutable;
using System.Diagnostics;
using Berth.Kernel;
using Berth.Platform.Processes.Launching;
using Berth.Platform.Processes;
using Berth.TestKit;

namespace Berth.Platform.Tests.Processes;

public sealed class Adopting_processes
{
    private const string Web = "web: ./server\nworker: sleep 1000";

    [Fact]
    public async Task takes_over_what_runs_without_touching_it()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan(Web, formation: [("web", 2), ("worker", 1)]);
        await harbor.DeployAsync(plan);
        var before = harbor.Instances;
        await harbor.ReopenAsync();

        await harbor.Scheduler.AdoptAsync(Adoption.Of(plan), CancellationToken.None);
        await harbor.UntilAsync(i => i is { Type.Text: "worker", State: InstanceState.Running });

        Assert.Equal(before.Select(i => (i.Id, i.ProcessId, i.Address, i.State)), harbor.Instances.Select(i => (i.Id, i.ProcessId, i.Address, i.State)));
        var told = harbor.Told.Last();
        Assert.Equal([1, 2], told.Targets.Select(t => t.Index));
        Assert.StartsWith("web.1 r1", await Harbor.AskAsync(told.Targets[0].Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task watches_over_them_as_over_its_own()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan(Web);
        await harbor.DeployAsync(plan);
        await harbor.ReopenAsync();
        await harbor.Scheduler.AdoptAsync(Adoption.Of(plan), CancellationToken.None);
        var adopted = Assert.Single(harbor.Instances);

        Process.GetProcessById(adopted.ProcessId!.Value).Kill();
        var back = await harbor.UntilAsync(i => i is { Restarts: 1, State: InstanceState.Running });

        Assert.Equal(new ExitStatus(null), back.LastExit);
        Assert.NotEqual(adopted.ProcessId, back.ProcessId);
        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);
        Assert.False(Harbor.IsAlive(back.ProcessId!.Value));
    }

    [Fact]
    public async Task stops_them_when_asked()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan(Web);
        await harbor.DeployAsync(plan);
        await harbor.ReopenAsync();
        await harbor.Scheduler.AdoptAsync(Adoption.Of(plan), CancellationToken.None);
        var pid = Assert.Single(harbor.Instances).ProcessId!.Value;

        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);

        Assert.False(Harbor.IsAlive(pid));
        Assert.Empty(harbor.Instances);
    }

    [Fact]
    public async Task starts_what_died_meanwhile_and_what_is_new()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Web, ("web", 2));
        var (dead, alive) = (harbor.Instances[0], harbor.Instances[1]);
        await harbor.Scheduler.DisposeAsync();
        using (var process = Process.GetProcessById(dead.ProcessId!.Value))
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        await harbor.ReopenAsync();

        await harbor.Scheduler.AdoptAsync(Adoption.Of(harbor.Plan(Web, formation: [("web", 3)])), CancellationToken.None);
        await harbor.UntilAsync(i => i is { Index: 1, State: InstanceState.Running });
        await harbor.UntilAsync(i => i is { Index: 3, State: InstanceState.Running });

        Assert.Equal(alive.ProcessId, harbor.Instances[1].ProcessId);
        Assert.NotEqual(dead.Id, harbor.Instances[0].Id);
        Assert.Equal(3, harbor.Scheduler.TargetsOf(Harbor.Name).Targets.Length);
    }

    [Fact]
    public async Task stops_what_no_plan_asks_for()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Web, ("web", 1), ("worker", 1));
        var pids = harbor.Instances.Select(i => i.ProcessId!.Value).ToArray();
        await harbor.ReopenAsync();

        await harbor.Scheduler.AdoptAsync(Adoption.Of(), CancellationToken.None);

        Assert.DoesNotContain(pids, Harbor.IsAlive);
        Assert.Empty(Directory.EnumerateFiles(harbor.Options.StateFolder, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task finds_processes_that_nobody_wrote_down()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Web);
        var pid = harbor.Instances[0].ProcessId!.Value;
        await harbor.Scheduler.DisposeAsync();
        foreach (var record in Directory.GetFiles(harbor.Options.StateFolder, "*.json", SearchOption.AllDirectories))
        {
            AtomicFile.Write(record, "{ damaged");
        }

        await harbor.ReopenAsync();
        await harbor.Scheduler.AdoptAsync(Adoption.Of(), CancellationToken.None);

        Assert.False(Harbor.IsAlive(pid));
        Assert.Empty(Directory.EnumerateFiles(harbor.Options.StateFolder, "*.json", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task lets_an_app_go_on_whose_plan_cannot_be_made_and_starts_nothing_of_it_again()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(harbor.Plan(Web, formation: [("web", 2), ("worker", 1)]));
        var before = harbor.Instances;
        await harbor.ReopenAsync();

        await harbor.Scheduler.AdoptAsync(
            new Adoption { Plans = [], Spared = ImmutableDictionary<AppName, string?>.Empty.Add(Harbor.Name, "r1") }, CancellationToken.None);
        await harbor.UntilAsync(i => i is { Type.Text: "worker", State: InstanceState.Running });

        Assert.Equal(before.Select(i => (i.Id, i.ProcessId)), harbor.Instances.Select(i => (i.Id, i.ProcessId)));
        Assert.Equal([1, 2], harbor.Scheduler.TargetsOf(Harbor.Name).Targets.Select(t => t.Index));
        Process.GetProcessById(before[0].ProcessId!.Value).Kill();
        Assert.Null((await harbor.UntilAsync(i => i.State == InstanceState.Crashed)).ProcessId);

        await (await harbor.DeployAsync(harbor.Plan("web: ./server", "r2"))).Retired;
        Assert.Equal("r2", Assert.Single(harbor.Instances, i => i.State == InstanceState.Running).ReleaseId);
    }

    [Fact]
    public async Task replaces_what_was_started_with_another_configuration_without_an_interruption()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan(Web, formation: [("web", 2)]);
        await harbor.DeployAsync(plan);
        var before = harbor.Instances.Select(i => i.ProcessId!.Value).ToArray();
        await harbor.ReopenAsync();
        harbor.Told.Clear();
        var replacing = 0;

        await harbor.Scheduler.AdoptAsync(
            Adoption.Of(plan with { Environment = plan.Environment.SetItem("RELEASE", "changed") }) with { Replacing = (_, count) => replacing = count },
            CancellationToken.None);
        await Eventually.TrueAsync(() => Task.FromResult(!before.Any(Harbor.IsAlive)));

        Assert.Equal(2, replacing);
        Assert.All(harbor.Told, targets => Assert.Equal(2, targets.Targets.Length));
        var now = harbor.Scheduler.TargetsOf(Harbor.Name).Targets;
        Assert.Equal(2, now.Length);
        Assert.StartsWith("web.1 changed", await Harbor.AskAsync(now[0].Address), StringComparison.Ordinal);
    }

    [Fact]
    public async Task keeps_what_runs_when_it_does_not_start_with_the_present_configuration()
    {
        await using var harbor = new Harbor();
        harbor.Write("choosy", "#!/bin/sh\n[ -n \"$BROKEN\" ] && exit 3\nexec ./server");
        var plan = harbor.Plan("web: ./choosy");
        await harbor.DeployAsync(plan);
        var pid = harbor.Instances[0].ProcessId;
        await harbor.ReopenAsync();
        var failed = new TaskCompletionSource<Problem>();

        await harbor.Scheduler.AdoptAsync(
            Adoption.Of(plan with { Environment = plan.Environment.Add("BROKEN", "1") }) with { Failed = (_, problem) => failed.TrySetResult(problem) },
            CancellationToken.None);

        Assert.Equal(ProcessProblems.Exited, (await failed.Task.WaitAsync(TimeSpan.FromSeconds(20))).Code);
        Assert.Single(harbor.Scheduler.TargetsOf(Harbor.Name).Targets);
        Assert.Equal(pid, Assert.Single(harbor.Instances, i => i.State == InstanceState.Running).ProcessId);
    }

    [Fact]
    public async Task starts_nothing_of_an_app_that_is_not_to_be_restored_but_takes_over_what_runs()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan(Web) with { OnlyWhatRuns = true };

        await harbor.Scheduler.AdoptAsync(Adoption.Of(plan), CancellationToken.None);
        Assert.Empty(harbor.Instances);

        await harbor.DeployAsync(plan);
        var pid = harbor.Instances[0].ProcessId;
        await harbor.ReopenAsync();
        await harbor.Scheduler.AdoptAsync(Adoption.Of(plan), CancellationToken.None);
        Assert.Equal(pid, Assert.Single(harbor.Instances).ProcessId);
    }

    [Fact]
    public async Task believes_no_record_that_its_process_does_not_bear_out()
    {
        await using var harbor = new Harbor();
        using var stranger = Process.Start(new ProcessStartInfo("/bin/sleep") { ArgumentList = { "1000" } })!;
        var record = Record(harbor, stranger.Id, "abc");

        await harbor.Scheduler.AdoptAsync(Adoption.Of(harbor.Plan(Web)), CancellationToken.None);

        Assert.False(stranger.HasExited);
        Assert.False(File.Exists(record));
        Assert.NotEqual(stranger.Id, (await harbor.UntilAsync(i => i.State == InstanceState.Running)).ProcessId);
        stranger.Kill();
    }

    [Theory]
    [InlineData("\"app\":\"../../../precious\"")]
    [InlineData("\"id\":\"../../../precious\"")]
    [InlineData("\"type\":\"../precious\"")]
    [InlineData("\"app\":null")]
    [InlineData("\"id\":null")]
    [InlineData("\"pid\":1")]
    [InlineData("\"port\":99999")]
    public async Task takes_a_record_that_nobody_wrote_for_none(string forged)
    {
        await using var harbor = new Harbor();
        AtomicFile.Write(harbor.Scratch["precious"], "kept");
        var name = forged[1..forged.IndexOf('"', 1)];
        var record = Record(harbor, Environment.ProcessId, "abc");
        var lines = File.ReadAllText(record).Split(',').Select(part => part.Contains($"\"{name}\"", StringComparison.Ordinal)
            ? part.StartsWith('{') ? "{" + forged : forged
            : part);
        AtomicFile.Write(record, string.Join(',', lines));

        await harbor.Scheduler.AdoptAsync(Adoption.Of(), CancellationToken.None);

        Assert.Equal("kept", File.ReadAllText(harbor.Scratch["precious"]));
        Assert.False(File.Exists(record));
    }

    [Fact]
    public async Task trusts_no_process_that_only_has_the_same_id()
    {
        await using var harbor = new Harbor();
        await harbor.DeployAsync(Web);
        await harbor.Scheduler.StopAsync(Harbor.Name, CancellationToken.None);
        using var stranger = Process.Start(new ProcessStartInfo("/bin/sleep") { ArgumentList = { "1000" } })!;
        await harbor.Scheduler.DisposeAsync();
        var folder = Path.Combine(harbor.Options.StateFolder, "instances", "hello");
        PrivateFolder.Ensure(folder);
        AtomicFile.Write(Path.Combine(folder, "web.1.x.json"), $$"""
            {"app":"hello","type":"web","index":1,"id":"x","releaseId":"r1","pid":{{stranger.Id}},"startTime":1,
             "bootId":"{{File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim()}}","port":20000,"since":"2026-01-01T00:00:00+00:00"}
            """);

        await harbor.ReopenAsync();
        await harbor.Scheduler.AdoptAsync(Adoption.Of(harbor.Plan(Web)), CancellationToken.None);

        Assert.False(stranger.HasExited);
        Assert.NotEqual(stranger.Id, (await harbor.UntilAsync(i => i.State == InstanceState.Running)).ProcessId);
        stranger.Kill();
    }

    [Fact]
    public async Task survives_a_daemon_that_is_killed()
    {
        using var scratch = new ScratchFolder();
        AtomicFile.Write(scratch["Procfile"], "web: perl server\nworker: sleep 1000\n");
        AtomicFile.Write(scratch["server"], """
            use IO::Socket::INET;
            my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 10, ReuseAddr => 1) or die;
            while (my $c = $s->accept) { print $c "$$\n"; close $c; }
            """);
        await KillADaemonAsync(scratch.Path);

        var options = new EmbeddedSchedulerOptions
        {
            StateFolder = scratch["state"],
            Logs = new LogSettings { Folder = scratch["logs"] },
            Trampoline = Harbor.Trampoline,
        };
        await using var scheduler = EmbeddedScheduler.Open(options, TimeProvider.System, new Random());
        var plan = new ProcessPlan
        {
            App = Harbor.Name,
            ReleaseId = "r1",
            Artifact = scratch.Path,
            Processes = Procfile.Parse(File.ReadAllText(scratch["Procfile"]), "Procfile"),
            Formation = System.Collections.Immutable.ImmutableSortedDictionary<ProcessType, int>.Empty.Add(ProcessType.Parse("worker"), 1),
            Health = new HealthSettings { Uptime = TimeSpan.FromMilliseconds(10) },
        };
        await scheduler.AdoptAsync(Adoption.Of(plan), CancellationToken.None);

        var instances = scheduler.InstancesOf(Harbor.Name);
        Assert.Equal(["web.1", "worker.1"], instances.Select(i => i.Name));
        Assert.All(instances, i => Assert.Equal((InstanceState.Running, 0), (i.State, i.Restarts)));
        Assert.Equal($"{instances[0].ProcessId}\n", await Harbor.AskAsync(instances[0].Address!));
        await scheduler.StopAllAsync(CancellationToken.None);
        Assert.DoesNotContain(instances.Select(i => i.ProcessId!.Value), Harbor.IsAlive);
    }

    [Fact]
    public async Task is_for_one_daemon_at_a_time()
    {
        await using var harbor = new Harbor();

        var problem = Assert.Throws<ProblemException>(() => EmbeddedScheduler.Open(harbor.Options, TimeProvider.System, new Random())).Problem;

        Assert.Equal(ProcessProblems.StateInUse, problem.Code);
    }

    [Fact]
    public async Task leaves_the_other_apps_alone_when_one_cannot_start()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan(Web);
        await harbor.DeployAsync(plan);
        var pid = harbor.Instances[0].ProcessId;
        await harbor.ReopenAsync();
        var bad = plan with { App = AppName.Parse("bad"), Processes = Procfile.Parse("web: ./missing", "Procfile") };

        await harbor.Scheduler.AdoptAsync(Adoption.Of(bad, plan), CancellationToken.None);

        Assert.Equal(pid, Assert.Single(harbor.Instances).ProcessId);
        var failed = await harbor.UntilAsync(i => i is { App.Text: "bad", State: InstanceState.Restarting });
        Assert.Contains("./missing", failed.LastExit!.Reason, StringComparison.Ordinal);
    }

    /// <summary>A record of web.1 that says of a process all that can be known of it from outside.</summary>
    private static string Record(Harbor harbor, int pid, string id)
    {
        var folder = Path.Combine(harbor.Options.StateFolder, "instances", "hello");
        PrivateFolder.Ensure(folder);
        var path = Path.Combine(folder, $"web.1.{id}.json");
        AtomicFile.Write(path, $$"""
            {"app":"hello","type":"web","index":1,"id":"{{id}}","releaseId":"r1","pid":{{pid}},"startTime":{{ProcFolder.StartTimeOf(pid)}},"bootId":"{{ProcFolder.BootId}}","port":20000,"since":"2026-01-01T00:00:00+00:00"}
            """);
        return path;
    }

    private static async Task KillADaemonAsync(string folder)
    {
        var start = new ProcessStartInfo(Harbor.Trampoline.File) { RedirectStandardOutput = true };
        foreach (var argument in (string[])[Harbor.Trampoline.Arguments[0], "daemon", folder, "hello", "web", "worker"])
        {
            start.ArgumentList.Add(argument);
        }

        using var daemon = Process.Start(start)!;
        Assert.Equal("ready", await daemon.StandardOutput.ReadLineAsync());
        daemon.Kill();
        await daemon.WaitForExitAsync();
    }
}
