using System.Collections.Concurrent;
using Berth.Acme.Dns;
using Berth.Acme.Protocol;
using Berth.Kernel;
using Berth.TestKit;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Acme.Tests.Dns;

/// <summary>The words are what lego 4.9 and 4.35 call it with, seen by running both.</summary>
public sealed class Calling_a_program : IDisposable
{
    private readonly ScratchFolder _scratch = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task names_the_action_the_record_and_the_value()
    {
        var provider = Provider();

        await provider.AddAsync(Change, Cancel);
        await provider.RemoveAsync(Change, Cancel);

        Assert.Equal(
            ["3", "present", "_acme-challenge.example.test.", "value; $(touch x) `y`", "3", "cleanup", "_acme-challenge.example.test.", "value; $(touch x) `y`"],
            await File.ReadAllLinesAsync(_scratch["log"], Cancel));
    }

    [Fact]
    public async Task in_raw_mode_names_the_domain_the_token_and_the_key_authorization()
    {
        await Provider(mode: "RAW").AddAsync(Change, Cancel);

        Assert.Equal(
            ["5", "present", "--", "example.test", "the-token", "the-token.thumbprint"], await File.ReadAllLinesAsync(_scratch["log"], Cancel));
    }

    [Fact]
    public async Task finds_its_settings_in_its_environment()
    {
        var provider = Provider($"echo \"$MY_ZONE $MY_TOKEN $(env | grep -c '^BAD')\" >'{_scratch["log"]}'", settings: new() { ["MY_ZONE"] = "example.test", ["MY_TOKEN"] = "two words", ["BAD-NAME"] = "x" });

        await provider.AddAsync(Change, Cancel);

        Assert.Equal("example.test two words 0\n", await File.ReadAllTextAsync(_scratch["log"], Cancel));
    }

    /// <summary>It may edit a zone's file; whoever's settings name it, and whatever the record's name.</summary>
    [Fact]
    public async Task is_never_two_at_once()
    {
        var options = new DnsSolverOptions { FollowsAliases = false, WaitsForPropagation = false };
        var body = $"mkdir '{_scratch["busy"]}' || exit 7; echo $1 >>'{_scratch["log"]}'; sleep 0.05; rmdir '{_scratch["busy"]}'";
        DnsSolver[] solvers = [.. Enumerable.Range(0, 3).Select(i => new DnsSolver(
            ChallengeType.Dns01, Provider(body, settings: new() { ["OTHER"] = $"{i}" }), options, TimeProvider.System))];

        var standing = await Task.WhenAll(Enumerable.Range(0, 9).Select(i => solvers[i % 3]
            .PresentAsync(Change.Task with { Record = new($"_acme-challenge.h{i}.example.test", "value") }, Cancel).AsTask()));
        await Task.WhenAll(standing.Select(one => one.DisposeAsync().AsTask()));

        Assert.Equal((9, 9), (await File.ReadAllLinesAsync(_scratch["log"], Cancel) is var lines ? lines.Count(line => line == "present") : 0, lines.Count(line => line == "cleanup")));
    }

    /// <summary>Whoever ends an order does not wait for another's that hangs.</summary>
    [Fact]
    public async Task that_hangs_for_another_holds_up_no_cleanup_of_an_order_that_is_given_up()
    {
        var (clock, steps) = (new FakeTimeProvider(), new ConcurrentQueue<DnsStep>());
        using var end = new CancellationTokenSource();
        var options = new DnsSolverOptions { FollowsAliases = false, WaitsForPropagation = false, Progress = new Recorded(steps) };
        var solver = new DnsSolver(ChallengeType.Dns01, Provider("case $1$2 in present*hangs*) echo >\"$0.pid\"; exec sleep 600;; esac"), options, clock);
        var standing = await solver.PresentAsync(Change.Task with { Record = new("_acme-challenge.one.test", "value") }, end.Token);
        using var other = new CancellationTokenSource();
        var hanging = solver.PresentAsync(Change.Task with { Record = new("_acme-challenge.hangs.test", "value") }, other.Token).AsTask();
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(_scratch["program.pid"])));

        var removing = standing.DisposeAsync().AsTask();
        await end.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(15));

        await removing.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Contains(steps, step => step.Kind == DnsStepKind.NotRemoved && step.Detail!.Contains("another change was under way", StringComparison.Ordinal));
        await other.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hanging.WaitAsync(TimeSpan.FromMinutes(1), Cancel));
    }

    [Fact]
    public async Task that_fails_quotes_its_last_words()
    {
        var problem = await FailAsync(Provider("echo first; echo 'no such zone' >&2; exit 3"));

        Assert.Equal(DnsProblems.ProgramFailed, problem.Code);
        Assert.Contains("status 3", problem.Found, StringComparison.Ordinal);
        Assert.Equal(["first", "no such zone"], problem.Details);
    }

    /// <summary>What it started holds its outputs, as a connection of ssh that is shared does.</summary>
    [Fact]
    public async Task that_leaves_something_running_is_not_waited_for()
    {
        var problem = await FailAsync(Provider("sleep 600 & echo $! >\"$0.pid\"; exit 3")).WaitAsync(TimeSpan.FromSeconds(30), TimeProvider.System, Cancel);

        Assert.Contains("status 3", problem.Found, StringComparison.Ordinal);
        await ExternalProgram.SucceedAsync("kill", [(await File.ReadAllTextAsync(_scratch["program.pid"], Cancel)).Trim()]);
    }

    [Fact]
    public async Task that_is_not_there_is_named() =>
        Assert.Equal(DnsProblems.ProgramFailed, (await FailAsync(DnsProviders.Create(
            "exec", new Dictionary<string, string> { ["EXEC_PATH"] = _scratch["missing"] }, new HttpClient(), TimeProvider.System))).Code);

    [Fact]
    public async Task that_never_ends_is_ended()
    {
        using var end = new CancellationTokenSource();
        var adding = Provider("echo $$ >\"$0.pid\"; exec sleep 600").AddAsync(Change, end.Token);
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(_scratch["program.pid"]) && new FileInfo(_scratch["program.pid"]).Length > 0));

        await end.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await adding);
        var process = int.Parse(await File.ReadAllTextAsync(_scratch["program.pid"], Cancel), null);
        await Eventually.TrueAsync(() => Task.FromResult(IsOver(process)));
    }

    /// <summary>It was reached, and no network is to be mended.</summary>
    [Fact]
    public async Task that_does_not_end_in_time_is_to_blame_and_its_record_is_taken_away()
    {
        var steps = new ConcurrentQueue<DnsStep>();
        var solver = new DnsSolver(
            ChallengeType.Dns01, Provider("exec sleep 600"), new DnsSolverOptions { ChangeTimeout = TimeSpan.FromMilliseconds(100), FollowsAliases = false, Progress = new Recorded(steps) }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(Change.Task with { Record = new(Change.Name, Change.Value) }, Cancel));

        Assert.Equal(DnsProblems.ProgramFailed, failure.Problem.Code);
        Assert.Contains("it did not end within", failure.Problem.Found, StringComparison.Ordinal);
        Assert.Equal([DnsStepKind.Adding, DnsStepKind.NotShown, DnsStepKind.Removing, DnsStepKind.NotRemoved], steps.Select(step => step.Kind));
    }

    /// <summary>Who ends the order, or the daemon, waits for that.</summary>
    [Fact]
    public async Task that_does_not_end_its_cleanup_is_cut_short_once_the_order_is_given_up()
    {
        var (clock, steps) = (new FakeTimeProvider(), new ConcurrentQueue<DnsStep>());
        using var end = new CancellationTokenSource();
        var solver = new DnsSolver(
            ChallengeType.Dns01,
            Provider("[ \"$1\" = present ] && exit 0; echo $$ >\"$0.pid\"; exec sleep 600"),
            new DnsSolverOptions { ChangeTimeout = TimeSpan.FromMinutes(5), FollowsAliases = false, WaitsForPropagation = false, Progress = new Recorded(steps) },
            clock);
        var standing = await solver.PresentAsync(Change.Task with { Record = new(Change.Name, Change.Value) }, end.Token);
        var removing = standing.DisposeAsync().AsTask();
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(_scratch["program.pid"]) && new FileInfo(_scratch["program.pid"]).Length > 0));
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(removing.IsCompleted);

        await end.CancelAsync();
        clock.Advance(TimeSpan.FromSeconds(15));

        await removing.WaitAsync(TimeSpan.FromMinutes(1), Cancel);
        Assert.Equal([DnsStepKind.Adding, DnsStepKind.Added, DnsStepKind.NotRemoved], steps.Select(step => step.Kind));
        Assert.Contains("it did not end within 15 seconds after its record was of no use any more", steps.Last().Detail, StringComparison.Ordinal);
    }

    /// <summary>What it has not done in minutes it will not do for the next name: its owner is to be told.</summary>
    [Fact]
    public async Task that_hangs_is_called_for_one_name_of_an_order_alone()
    {
        await using var pebble = await PebbleServer.StartAsync(new PebbleSettings { HttpPort = 1 }, Cancel);
        await using var challenges = await ChallengeServer.StartAsync();
        using var customer = new Customer(pebble, challenges, options => options with { ParallelAuthorizations = 2 });
        var options = new DnsSolverOptions { ChangeTimeout = TimeSpan.FromMilliseconds(300), FollowsAliases = false };
        customer.Solvers = [new DnsSolver(ChallengeType.Dns01, Provider($"echo $1 >>'{_scratch["log"]}'; [ $1 = cleanup ] || exec sleep 600"), options, TimeProvider.System)];
        var name = Customer.UniqueName();

        var failure = await Assert.ThrowsAsync<ProblemException>(() => customer.IssueAsync(Customer.For(name, "*." + name)));

        Assert.Equal(["present", "cleanup"], await File.ReadAllLinesAsync(_scratch["log"], Cancel));
        Assert.Equal([$"*.{name}", name], AcmeProblems.FailedNamesOf(failure).Select(failed => failed.Name));
        Assert.Contains("it did not end within", failure.Problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task that_hangs_is_left_a_minute_for_its_cleanup()
    {
        var (clock, steps) = (new FakeTimeProvider(), new ConcurrentQueue<DnsStep>());
        var solver = new DnsSolver(
            ChallengeType.Dns01,
            Provider("echo $$ >\"$0.$1\"; exec sleep 600"),
            new DnsSolverOptions { FollowsAliases = false, Progress = new Recorded(steps) },
            clock);
        var presenting = solver.PresentAsync(Change.Task with { Record = new(Change.Name, Change.Value) }, Cancel).AsTask();
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(_scratch["program.present"])));
        clock.Advance(TimeSpan.FromMinutes(5));
        await Eventually.TrueAsync(() => Task.FromResult(File.Exists(_scratch["program.cleanup"])));

        clock.Advance(TimeSpan.FromMinutes(1));

        await Assert.ThrowsAsync<ProblemException>(() => presenting.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System, Cancel));
        Assert.Equal(
            [
                (DnsStepKind.Adding, $"the program {_scratch["program"]} since 00:00:00 UTC, until 00:05:00 UTC at the latest"),
                (DnsStepKind.Removing, $"the program {_scratch["program"]} since 00:05:00 UTC, until 00:06:00 UTC at the latest"),
            ],
            steps.Where(step => step.Kind is DnsStepKind.Adding or DnsStepKind.Removing).Select(step => (step.Kind, step.Detail)));
    }

    private sealed class Recorded(ConcurrentQueue<DnsStep> steps) : IProgress<DnsStep>
    {
        public void Report(DnsStep value) => steps.Enqueue(value);
    }

    private static bool IsOver(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(" Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static DnsChange Change => Changing_records_at_a_provider.Change("_acme-challenge.example.test", "value; $(touch x) `y`");

    private IDnsProvider Provider(string? body = null, string? mode = null, Dictionary<string, string>? settings = null)
    {
        AtomicFile.Write(
            _scratch["program"],
            $"#!/bin/sh\n{body ?? $"printf '%s\\n' $# \"$@\" >>'{_scratch["log"]}'"}\n",
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        settings = new(settings ?? []) { ["EXEC_PATH"] = _scratch["program"], ["EXEC_MODE"] = mode ?? "" };
        return DnsProviders.Create("exec", settings, new HttpClient(), TimeProvider.System);
    }

    private static async Task<Problem> FailAsync(IDnsProvider provider) =>
        (await Assert.ThrowsAsync<ProblemException>(async () => await provider.AddAsync(Change, Cancel))).Problem;
}
