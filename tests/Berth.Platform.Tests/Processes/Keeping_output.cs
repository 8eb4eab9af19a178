using Berth.Platform.Processes;
using Berth.Platform.Processes.Output;
using Berth.TestKit;

namespace Berth.Platform.Tests.Processes;

public sealed class Keeping_output
{
    [Fact]
    public async Task is_bounded_whatever_the_app_prints()
    {
        const long Limit = 200_000;
        await using var harbor = new Harbor(logs: new LogSettings { Folder = "", SizeLimit = Limit, Interval = TimeSpan.FromMilliseconds(20) });
        harbor.Write("noisy", "#!/usr/bin/perl\n$| = 1; while (1) { print 'x' x 1000, \"\\n\"; select undef, undef, undef, 0.0001; }");
        await harbor.DeployAsync("worker: ./noisy", ("worker", 1));
        var id = harbor.Instances[0].Id;

        var log = harbor.Scratch[$"logs/hello/worker.1.{id}.log"];
        for (var rotations = 0; rotations < 3;)
        {
            var older = new FileInfo(LogFile.OlderOf(log));
            var before = older.Exists ? older.LastWriteTimeUtc : default;
            while (!older.Exists || older.LastWriteTimeUtc == before)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
                older.Refresh();
            }

            rotations++;
            Assert.InRange(older.Length, 1, Limit * 3);
        }

        // It goes on printing; once more there is as little as there may be.
        await Eventually.TrueAsync(() => Task.FromResult(new FileInfo(log).Length <= Limit));
        Assert.Equal(InstanceState.Running, harbor.Instances[0].State);
    }

    [Fact]
    public void leaves_a_file_alone_up_to_its_limit()
    {
        using var scratch = new ScratchFolder();
        File.AppendAllText(scratch["web.1.a.log"], new string('x', 100));

        Assert.False(LogRotation.RotateIfLarge(scratch["web.1.a.log"], 100));
        Assert.True(LogRotation.RotateIfLarge(scratch["web.1.a.log"], 99));
        Assert.False(LogRotation.RotateIfLarge(scratch["missing.log"], 1));

        Assert.Equal(0, new FileInfo(scratch["web.1.a.log"]).Length);
        Assert.Equal(new string('x', 100), File.ReadAllText(scratch["web.1.a.log.1"]));
    }

    [Fact]
    public void keeps_only_the_end_of_what_came_too_fast()
    {
        using var scratch = new ScratchFolder();
        File.AppendAllText(scratch["web.1.a.log"], new string('x', 10_000) + "end");

        Assert.True(LogRotation.RotateIfLarge(scratch["web.1.a.log"], 100));

        Assert.Equal(new string('x', 47) + "end", File.ReadAllText(scratch["web.1.a.log.1"]));
    }

    [Fact]
    public async Task keeps_the_last_run_the_run_before_and_the_last_failure_of_each_place()
    {
        await using var harbor = new Harbor();
        harbor.Write("say", "#!/bin/sh\necho $RELEASE\necho done > said.$RELEASE\n[ $RELEASE = bad ] && exit 1\nexec sleep 1000");
        foreach (var release in new[] { "r1", "r2", "r3" })
        {
            await (await harbor.DeployAsync(harbor.Plan("worker: ./say", release, ("worker", 1)))).Retired;
            await harbor.FileAsync($"said.{release}");
        }

        var bad = harbor.Plan("worker: ./say", "bad", ("worker", 1)) with { Health = new HealthSettings { Uptime = TimeSpan.FromSeconds(30) } };
        await harbor.FailToDeployAsync(bad);
        await harbor.FailToDeployAsync(bad);

        var id = Assert.Single(harbor.Instances).Id;
        Assert.Equal(
            new Dictionary<string, string>
            {
                [$"worker.1.{id}.log"] = "r3\n",
                ["worker.1.previous.log"] = "r2\n",
                ["worker.1.failed.log"] = "bad\n",
            },
            Directory.GetFiles(harbor.LogFolder).ToDictionary(path => Path.GetFileName(path), File.ReadAllText));
    }

    [Fact]
    public async Task goes_on_in_the_same_file_when_a_program_starts_again()
    {
        await using var harbor = new Harbor();
        harbor.Write("say", "#!/bin/sh\necho run\n[ -e first ] || { touch first; sleep 0.5; exit 1; }\nexec sleep 1000");

        await harbor.DeployAsync("worker: ./say", ("worker", 1));
        await harbor.UntilAsync(i => i is { Restarts: 1, State: InstanceState.Running });

        await harbor.LogAsync("worker.1", "run\nberth: worker.1 exited with status 1; it starts again\nrun\n");
    }
}
