using System.Net.Sockets;
using Berth.Platform.Processes;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Platform.Tests.Processes;

/// <summary>What cannot be deployed is named, and what ran before runs on.</summary>
public sealed class Refusing_a_release
{
    private const string Web = "web: ./server";

    [Fact]
    public async Task fails_at_once_when_the_program_ends_and_shows_its_last_output()
    {
        await using var harbor = new Harbor();
        var before = await harbor.DeployAsync(Web);
        harbor.Write("broken", "#!/bin/sh\necho starting up\necho 'no database' >&2\nexit 3");

        var problem = await harbor.FailToDeployAsync(harbor.Plan("# comment\nweb: ./broken", "r2"));

        Assert.Equal(ProcessProblems.Exited, problem.Code);
        Assert.Contains("web.1 exited with status 3", problem.Found, StringComparison.Ordinal);
        Assert.Contains("Procfile line 2", problem.Found, StringComparison.Ordinal);
        Assert.Equal(["starting up", "no database"], problem.Details);
        Assert.Equal("r1", Assert.Single(harbor.Instances).ReleaseId);
        Assert.Equal(before.Targets, harbor.Scheduler.TargetsOf(Harbor.Name));
        Assert.StartsWith("web.1 r1", await Harbor.AskAsync(before.Targets.Targets[0].Address), StringComparison.Ordinal);
        Assert.Empty(harbor.Told);
    }

    [Fact]
    public async Task stops_the_new_ones_that_were_fine_when_one_is_not()
    {
        await using var harbor = new Harbor();
        harbor.Write("mostly", "#!/bin/sh\ncase $DYNO in web.3) exit 1;; esac\nexec ./server");

        var problem = await harbor.FailToDeployAsync(harbor.Plan("web: ./mostly", formation: ("web", 4)));

        Assert.Contains("web.3", problem.Found, StringComparison.Ordinal);
        Assert.Empty(harbor.Instances);
        Assert.Empty(Directory.EnumerateFiles(harbor.Options.StateFolder, "*.json", SearchOption.AllDirectories));
        var started = harbor.Changes.Select(change => change.ProcessId).OfType<int>().ToList();
        Assert.NotEmpty(started);
        Assert.DoesNotContain(started, Harbor.IsAlive);
    }

    [Theory]
    [InlineData("web: no-such-program --x", "no-such-program", "process-program-missing")]
    [InlineData("web: ./nothing/here", "./nothing/here", "process-program-missing")]
    [InlineData("web: ./plain.txt", "./plain.txt", "process-program-refused")]
    [InlineData("web: ./no-interpreter", "./no-interpreter", "process-program-missing")]
    [InlineData("web: ./no-format", "./no-format", "process-program-refused")]
    [InlineData("web: ./folder", "./folder", "process-program-refused")]
    public async Task names_a_program_that_cannot_be_started(string procfile, string program, string code)
    {
        await using var harbor = new Harbor();
        File.WriteAllLines(harbor.Scratch["plain.txt"], ["text"]);
        harbor.Write("no-interpreter", "#!/no/such/interpreter\n");
        harbor.Write("no-format", "echo hello\n");
        Directory.CreateDirectory(harbor.Scratch["folder"]);

        var problem = await harbor.FailToDeployAsync(harbor.Plan(procfile));

        Assert.Equal(code, problem.Code.Id);
        Assert.Contains($"Procfile line 1 (web) names the program '{program}'", problem.Found, StringComparison.Ordinal);
        Assert.Contains("cannot start", harbor.Log(), StringComparison.Ordinal);
        Assert.Empty(harbor.Instances);
    }

    [Fact]
    public async Task fails_when_the_release_folder_is_not_there()
    {
        await using var harbor = new Harbor();

        var problem = await harbor.FailToDeployAsync(harbor.Plan(Web) with { Artifact = "/no/such/folder" });

        Assert.Equal(ProcessProblems.LaunchFailed, problem.Code);
        Assert.Contains("/no/such/folder", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task fails_when_nothing_listens_in_time()
    {
        var clock = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var harbor = new Harbor(clock);
        harbor.Write("deaf", "#!/bin/sh\necho thinking\necho yes > begun\nexec sleep 60");
        var plan = harbor.Plan("web: ./deaf") with { Health = new HealthSettings { Deadline = TimeSpan.FromMilliseconds(300) } };

        // Its time goes once the program has begun, however long that takes here.
        var failing = harbor.FailToDeployAsync(plan);
        await harbor.FileAsync("begun");
        await Eventually.TrueAsync(() =>
        {
            clock.Advance(TimeSpan.FromMilliseconds(100));
            return Task.FromResult(failing.IsCompleted);
        });
        var problem = await failing;

        Assert.Equal(ProcessProblems.Unhealthy, problem.Code);
        Assert.Contains("within 0.3 s", problem.Found, StringComparison.Ordinal);
        Assert.Equal(["thinking"], problem.Details);
        Assert.Empty(harbor.Instances);
    }

    [Fact]
    public async Task asks_for_a_path_when_it_is_told_one()
    {
        await using var harbor = new Harbor();
        harbor.Write("http", """
            #!/usr/bin/perl
            use IO::Socket::INET;
            my $s = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => $ENV{PORT}, Listen => 10, ReuseAddr => 1) or die;
            my $n = 0;
            while (my $c = $s->accept) {
                my $line = <$c> // next;
                while (defined(my $h = <$c>)) { last if $h =~ /^\r?$/ }
                my $status = $line =~ m{^GET /ready } && ++$n > 1 ? '204 No Content' : '503 Busy';
                print $c "HTTP/1.1 $status\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                close $c;
            }
            """);
        var health = new HealthSettings { HttpPath = "/ready", Attempts = 2, Wait = TimeSpan.FromMilliseconds(10) };

        await harbor.DeployAsync(harbor.Plan("web: ./http") with { Health = health });
        var problem = await harbor.FailToDeployAsync(harbor.Plan("web: ./http") with { Health = health with { HttpPath = "/other" } });

        Assert.Equal("web.1 is not healthy: GET /other answered 503, 2 times.", problem.Found);
    }

    [Fact]
    public async Task keeps_the_old_when_the_swap_fails()
    {
        await using var harbor = new Harbor();
        var before = await harbor.DeployAsync(Web);

        await Assert.ThrowsAsync<InvalidOperationException>(() => harbor.DeployAsync(
            harbor.Plan(Web, "r2"), new Cutover((_, _) => throw new InvalidOperationException("full disk"), (_, _) => Task.CompletedTask)));

        Assert.Equal("r1", Assert.Single(harbor.Instances).ReleaseId);
        // Nobody knows how far the swap came: the edge is told again.
        Assert.Equal(before.Targets.Targets, Assert.Single(harbor.Told).Targets);
    }

    [Fact]
    public async Task gives_up_when_cancelled_and_leaves_nothing_of_the_new()
    {
        await using var harbor = new Harbor();
        harbor.Write("deaf", "#!/bin/sh\necho $$ > started\nexec sleep 60");
        using var cancel = new CancellationTokenSource();
        var deploying = harbor.Scheduler.DeployAsync(harbor.Plan("web: ./deaf"), Cutover.None, new Progress<string>(), cancel.Token);
        var pid = int.Parse(await harbor.FileAsync("started"), System.Globalization.CultureInfo.InvariantCulture);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => deploying);
        Assert.False(Harbor.IsAlive(pid));
        Assert.Empty(harbor.Instances);
    }

    [Fact]
    public async Task says_so_when_no_port_is_free()
    {
        using var stranger = new TcpListener(System.Net.IPAddress.Loopback, 0);
        stranger.Start();
        var port = ((System.Net.IPEndPoint)stranger.LocalEndpoint).Port;
        await using var harbor = new Harbor(ports: new PortRange(port, port));

        var problem = await harbor.FailToDeployAsync(harbor.Plan(Web));

        Assert.Equal(ProcessProblems.PortsExhausted, problem.Code);
    }

    [Fact]
    public async Task refuses_a_plan_that_asks_for_the_impossible()
    {
        await using var harbor = new Harbor();

        Assert.Equal(ProcessProblems.TypeUnknown, (await harbor.FailToDeployAsync(harbor.Plan(Web, formation: ("worker", 1)))).Code);
        Assert.Equal(ProcessProblems.PlanInvalid, (await harbor.FailToDeployAsync(harbor.Plan(Web, formation: ("web", 201)))).Code);
        var plan = harbor.Plan(Web);
        Assert.Equal(
            ProcessProblems.PlanInvalid,
            (await harbor.FailToDeployAsync(plan with { Environment = plan.Environment.Add("A=B", "") })).Code);
        Assert.Equal(ProcessProblems.PlanInvalid, (await harbor.FailToDeployAsync(plan with { StopTimeout = TimeSpan.FromDays(2) })).Code);
        // Behind the address it would make a name and password of it, and ask another host.
        Assert.Equal(
            ProcessProblems.PlanInvalid,
            (await harbor.FailToDeployAsync(plan with { Health = new HealthSettings { HttpPath = "@example.com/" } })).Code);
    }
}
