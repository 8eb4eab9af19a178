using System.Diagnostics;
using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Processes;
using Berth.Platform.Processes.Launching;
using CsCheck;

namespace Berth.Platform.Tests.Processes;

public sealed class Launching_a_program
{
    [Fact]
    public async Task makes_it_leader_of_a_session_with_no_way_to_more_rights()
    {
        await using var harbor = new Harbor();

        var status = await StatusOfAsync(harbor, harbor.Plan("worker: sleep 1000", formation: ("worker", 1)));

        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("0022", status["Umask"]);
        var pid = harbor.Instances[0].ProcessId!.Value.ToString(CultureInfo.InvariantCulture);
        Assert.Equal(pid, status["NSpgid"]);
        Assert.Equal(pid, status["NSsid"]);
    }

    [Fact]
    public async Task leaves_no_signal_ignored_or_blocked()
    {
        await using var harbor = new Harbor();

        var status = await StatusOfAsync(harbor, harbor.Plan("worker: sleep 1000", formation: ("worker", 1)));

        Assert.Equal("0000000000000000", status["SigIgn"]);
        Assert.Equal("0000000000000000", status["SigBlk"]);
    }

    [Fact]
    public async Task opens_three_descriptors_and_no_more()
    {
        await using var harbor = new Harbor();
        // What the daemon has open, perhaps without close-on-exec, is none of the app's.
        using var open = new FileStream(harbor.Scratch["secret"], FileMode.Create);
        await harbor.DeployAsync("worker: sleep 1000", ("worker", 1));

        var descriptors = new DirectoryInfo($"/proc/{harbor.Instances[0].ProcessId}/fd").EnumerateFileSystemInfos()
            .ToDictionary(d => d.Name, d => d.LinkTarget);

        var log = Assert.Single(Directory.GetFiles(harbor.LogFolder));
        Assert.Equal(["0", "1", "2"], descriptors.Keys.Order());
        Assert.Equal(["/dev/null", log, log], descriptors.OrderBy(d => d.Key).Select(d => d.Value));
        Assert.Equal(AtomicFile.Private, File.GetUnixFileMode(log));
    }

    [Fact]
    public async Task becomes_another_account_and_keeps_none_of_the_daemons_groups()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can become another account");
        await using var harbor = new Harbor();
        File.SetUnixFileMode(harbor.Scratch.Path, PrivateFolder.PublicRead);
        // Web servers open /dev/stdout anew, which needs the file to be theirs.
        harbor.Write("reopen", "#!/bin/sh\necho anew >> /dev/stdout || exit 1\nexec sleep 1000");
        var plan = harbor.Plan("worker: ./reopen", formation: ("worker", 1));

        var status = await StatusOfAsync(harbor, plan with { User = new RunAs(54321, 54322) });
        await harbor.LogAsync("worker.1", "anew\n");

        Assert.Equal("54321 54321 54321 54321", status["Uid"]);
        Assert.Equal("54322 54322 54322 54322", status["Gid"]);
        Assert.Equal("", status["Groups"]);
        Assert.Equal("0000000000000000", status["CapEff"]);
    }

    [Fact]
    public async Task says_so_when_the_account_may_not_enter_the_release_folder()
    {
        Assert.SkipUnless(Environment.UserName == "root", "only root can become another account");
        await using var harbor = new Harbor();

        var problem = await harbor.FailToDeployAsync(harbor.Plan("web: ./server") with { User = new RunAs(54321, 54322) });

        Assert.Equal(ProcessProblems.LaunchFailed, problem.Code);
        Assert.Contains("Permission denied", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task keeps_what_the_app_is_configured_with_out_of_the_launcher()
    {
        await using var harbor = new Harbor();
        var plan = harbor.Plan("web: ./server --key $SECRET");

        // A library that cannot be loaded is named on standard error, which is the launcher's word to the daemon.
        await harbor.DeployAsync(plan with { Environment = plan.Environment.Add("LD_PRELOAD", "/no/such.so").Add("SECRET", "s3") });

        Assert.Contains("/no/such.so", harbor.Log(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task fails_when_the_trampoline_is_not_what_it_should_be()
    {
        foreach (var (file, expected) in new[] { ("/no/such/berth", "/no/such/berth"), ("/bin/true", "ended at once"), ("/bin/false", "ended at once") })
        {
            var starter = new ProcessStarter(new TrampolineCommand(file, []), TimeProvider.System);
            var spec = new LaunchSpec("web.1", "/dev/null", "/", null, ["true"], []);

            var problem = (await Assert.ThrowsAsync<ProblemException>(() =>
                starter.StartAsync(spec, new("BERTH_INSTANCE", "x"), "here", _ => { }, CancellationToken.None))).Problem;

            Assert.Equal(ProcessProblems.LaunchFailed, problem.Code);
            Assert.Contains(expected, problem.Found, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task is_given_up_when_the_trampoline_hangs()
    {
        using var cancel = new CancellationTokenSource();
        var starter = new ProcessStarter(new TrampolineCommand("/bin/sleep", []), TimeProvider.System);
        RunningProcess? hanging = null;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starter.StartAsync(
            new LaunchSpec("1000", "/dev/null", "/", null, ["true"], []), new("BERTH_INSTANCE", "x"), "here", Started, cancel.Token));

        Assert.False(Harbor.IsAlive(hanging!.Pid));

        void Started(RunningProcess process)
        {
            hanging = process;
            cancel.CancelAfter(TimeSpan.FromMilliseconds(100));
        }
    }

    [Fact]
    public async Task does_nothing_when_its_orders_stop_half_way()
    {
        // The daemon was killed while it wrote them.
        var orders = new LaunchSpec("web.1", "/dev/null", "/", null, ["sleep", "1000"], ["A=B"]).Encode();
        foreach (var length in new[] { 0, 1, orders.Length / 2, orders.Length - 1 })
        {
            var start = new ProcessStartInfo(Harbor.Trampoline.File) { RedirectStandardInput = true, RedirectStandardError = true };
            foreach (var argument in Harbor.Trampoline.Arguments)
            {
                start.ArgumentList.Add(argument);
            }

            using var launcher = Process.Start(start)!;
            await launcher.StandardInput.BaseStream.WriteAsync(orders.AsMemory(0, length));
            launcher.StandardInput.Close();

            Assert.Contains("no whole specification", await launcher.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
            await launcher.WaitForExitAsync();
            Assert.Equal(126, launcher.ExitCode);
        }
    }

    [Fact]
    public void carries_any_words_and_variables_over_the_pipe()
    {
        // A lone surrogate is no text: UTF-8 has no form for it.
        var text = Gen.String.Select(t => string.Concat(t.Where(c => c != '\0' && !char.IsSurrogate(c))));
        Gen.Select(text.Array[1, 5], text.Array[0, 5], Gen.UInt, Gen.Bool).Sample((words, variables, id, asOther) =>
        {
            var spec = new LaunchSpec("web.1", "/log", "/folder", asOther ? new RunAs(id, id / 2) : null, [.. words], [.. variables]);

            var decoded = LaunchSpec.Decode(spec.Encode())!;

            Assert.Equal(spec.User, decoded.User);
            Assert.Equal(words, decoded.Words);
            Assert.Equal(variables, decoded.Variables);
            Assert.Equal((spec.Name, spec.LogFile, spec.Folder), (decoded.Name, decoded.LogFile, decoded.Folder));
        });
    }

    [Fact]
    public void takes_no_part_of_an_order_for_the_whole()
    {
        var orders = new LaunchSpec("web.1", "/log", "/", new RunAs(1, 2), ["a", ""], ["A=B", "C="]).Encode();

        Assert.NotNull(LaunchSpec.Decode(orders));
        for (var length = 0; length < orders.Length; length++)
        {
            Assert.Null(LaunchSpec.Decode(orders.AsSpan(0, length)));
        }
    }

    private static async Task<Dictionary<string, string>> StatusOfAsync(Harbor harbor, ProcessPlan plan)
    {
        await harbor.DeployAsync(plan);
        return File.ReadLines($"/proc/{harbor.Instances[0].ProcessId}/status")
            .Select(line => line.Split(':', 2))
            .ToDictionary(pair => pair[0], pair => pair[1].Trim().Replace('\t', ' '));
    }
}
