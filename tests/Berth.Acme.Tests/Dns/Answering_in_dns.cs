using System.Collections.Concurrent;
using Berth.Acme.Challenges;
using Berth.Acme.Dns;
using Berth.Acme.Protocol;
using Berth.Acme.Tests.Dns.Fakes;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Acme.Tests.Dns;

public sealed class Answering_in_dns(BindFixture bind) : IProgress<DnsStep>
{
    private static readonly DnsPatience Short = new(TimeSpan.FromMilliseconds(400), TimeSpan.FromMilliseconds(50));
    private readonly ConcurrentQueue<DnsStep> _steps = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    void IProgress<DnsStep>.Report(DnsStep value) => _steps.Enqueue(value);

    [Fact]
    public async Task shows_the_record_on_every_name_server_and_takes_it_away_again()
    {
        var task = TaskFor(Unique());

        await using (await Solver().PresentAsync(task, Cancel))
        {
            Assert.Equal([task.Dns01Value], await bind.Server.TextAtAsync(task.Record!.Name));
        }

        Assert.Empty(await bind.Server.TextAtAsync(task.Record.Name));
        Assert.Equal([DnsStepKind.Adding, DnsStepKind.Added, DnsStepKind.Looking, DnsStepKind.Seen, DnsStepKind.Removed], _steps.Select(step => step.Kind));
    }

    [Fact]
    public async Task keeps_two_values_at_one_name_apart()
    {
        var name = Unique();
        var (apex, wildcard) = (TaskFor(name), TaskFor(name, token: "another-token", isWildcard: true));
        var solver = Solver();

        var both = await Task.WhenAll(solver.PresentAsync(apex, Cancel).AsTask(), solver.PresentAsync(wildcard, Cancel).AsTask());
        Assert.Equal(2, (await bind.Server.TextAtAsync(apex.Record!.Name)).Count);

        await both[0].DisposeAsync();
        Assert.Equal([wildcard.Dns01Value], await bind.Server.TextAtAsync(apex.Record.Name));
        await both[1].DisposeAsync();
    }

    [Theory]
    [InlineData("sub", "_acme-challenge.sub.example.test", "sub.example.test")]
    [InlineData("deep.sub", "_acme-challenge.deep.sub.example.test", "sub.example.test")]
    [InlineData("alias", "x.alias.sub.example.test", "sub.example.test")]
    [InlineData("far", "y.far.sub.example.test", "sub.example.test")]
    [InlineData("plain", "_acme-challenge.plain.example.test", "example.test")]
    public async Task finds_the_zone_past_aliases_and_cuts(string label, string target, string zone)
    {
        var provider = new RecordingProvider();
        var solver = new DnsSolver(ChallengeType.Dns01, provider, Options, TimeProvider.System);

        await using (await solver.PresentAsync(TaskFor(label), Cancel))
        {
            var change = Assert.Single(provider.Added);
            Assert.Equal((target, zone), (change.Name, change.Zone));
            Assert.Equal(change.Name, (change.Label.Length == 0 ? "" : change.Label + ".") + change.Zone);
        }
    }

    /// <summary>A wildcard that leads all names elsewhere leads none of them that has a record of its own.</summary>
    [Fact]
    public async Task puts_the_record_at_its_own_name_where_only_a_wildcard_leads_it_to_a_zone_of_others()
    {
        var provider = new RecordingProvider { NotManaged = "sub.example.test" };
        var solver = new DnsSolver(ChallengeType.Dns01, provider, Options, TimeProvider.System);

        await using (await solver.PresentAsync(TaskFor("wild"), Cancel))
        {
            Assert.Equal(["z.alias.sub.example.test", "_acme-challenge.wild.example.test"], provider.Added.Select(change => change.Name));
        }

        Assert.Equal("_acme-challenge.wild.example.test", Assert.Single(provider.Removed).Name);
    }

    [Fact]
    public async Task fails_where_an_alias_of_its_own_leads_to_a_zone_of_others()
    {
        var provider = new RecordingProvider { NotManaged = "sub.example.test" };
        var solver = new DnsSolver(ChallengeType.Dns01, provider, Options, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(TaskFor("alias"), Cancel));

        Assert.Equal(DnsProblems.ZoneNotManaged, failure.Problem.Code);
        Assert.Single(provider.Added);
    }

    [Fact]
    public async Task ends_on_aliases_that_run_in_a_circle()
    {
        var solver = new DnsSolver(ChallengeType.Dns01, new RecordingProvider(), Options, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(TaskFor("circle"), Cancel));

        Assert.Equal(DnsProblems.ZoneUnknown, failure.Problem.Code);
    }

    [Fact]
    public async Task leaves_aliases_alone_when_told_to()
    {
        var provider = new RecordingProvider();
        var solver = new DnsSolver(ChallengeType.Dns01, provider, Options with { FollowsAliases = false }, TimeProvider.System);

        await using (await solver.PresentAsync(TaskFor("alias"), Cancel))
        {
            Assert.Equal("_acme-challenge.alias.example.test", Assert.Single(provider.Added).Name);
        }
    }

    [Fact]
    public async Task goes_on_in_the_end_though_not_every_name_server_shows_it()
    {
        await using var server = await NameServer.StartBindAsync("@ IN NS ns2\nns2 IN A 127.0.0.2");
        var task = TaskFor(Unique());

        await using (await Solver(server).PresentAsync(task, Cancel))
        {
            Assert.Equal([task.Dns01Value], await server.TextAtAsync(task.Record!.Name));
        }

        Assert.Contains(_steps, step => step.Kind == DnsStepKind.NotSeen && step.Detail == "ns2.example.test");
    }

    [Fact]
    public async Task says_when_a_zone_cannot_be_found()
    {
        var options = Options with { Resolvers = [new(System.Net.IPAddress.Loopback, FreePort.Next())] };
        var solver = new DnsSolver(ChallengeType.Dns01, new RecordingProvider(), options, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(TaskFor("app"), Cancel));

        Assert.Equal(DnsProblems.ZoneUnknown, failure.Problem.Code);
    }

    [Fact]
    public async Task gives_a_provider_that_hangs_up()
    {
        var solver = new DnsSolver(
            ChallengeType.Dns01, new HangingProvider(), Options with { ChangeTimeout = TimeSpan.FromMilliseconds(100) }, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(TaskFor("app"), Cancel));

        Assert.Equal(DnsProblems.ProviderUnreachable, failure.Problem.Code);
    }

    /// <summary>Its answer was lost: nobody else would ever take the record away.</summary>
    [Theory]
    [InlineData("dns-provider-unreachable", 1)]
    [InlineData("dns-provider-refused", 1)]
    [InlineData("dns-program-failed", 1)]
    [InlineData("dns-credentials-refused", 0)]
    [InlineData("dns-zone-not-managed", 0)]
    public async Task takes_a_record_away_that_may_have_been_made(string code, int removed)
    {
        var provider = new RecordingProvider { Failure = new Problem(new ProblemCode(code), "No.", "Nothing.") };

        await Assert.ThrowsAsync<ProblemException>(async () => await new DnsSolver(ChallengeType.Dns01, provider, Options, TimeProvider.System).PresentAsync(TaskFor("app"), Cancel));

        Assert.Equal(removed, provider.Removed.Count);
    }

    [Fact]
    public async Task does_not_fail_over_a_record_that_cannot_be_removed()
    {
        var provider = new RecordingProvider { RemovalFails = true };

        await using (await new DnsSolver(ChallengeType.Dns01, provider, Options, TimeProvider.System).PresentAsync(TaskFor("app"), Cancel))
        {
            Assert.Single(provider.Added);
        }

        Assert.Contains(_steps, step => step.Kind == DnsStepKind.NotRemoved);
    }

    [Fact]
    public async Task leaves_a_persistent_record_and_does_not_make_it_twice()
    {
        var task = Persistent(Unique());
        var solver = new DnsSolver(ChallengeType.DnsPersist01, Updating_a_name_server.Provider(bind.Server), Options, TimeProvider.System);

        await using (await solver.PresentAsync(task, Cancel))
        {
            Assert.Single(await bind.Server.TextAtAsync(task.Record!.Name));
        }

        Assert.Single(await bind.Server.TextAtAsync(task.Record.Name));
        await using (await solver.PresentAsync(task, Cancel))
        {
            Assert.Equal(DnsStepKind.AlreadyThere, _steps.Last().Kind);
        }
    }

    [Fact]
    public async Task asks_for_a_persistent_record_that_a_person_has_to_make()
    {
        var task = Persistent(Unique());
        var solver = new DnsSolver(ChallengeType.DnsPersist01, null, Options, TimeProvider.System);

        var problem = (await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(task, Cancel))).Problem;

        Assert.Equal(DnsProblems.RecordMissing, problem.Code);
        Assert.Contains(task.Record!.Name, problem.Found, StringComparison.Ordinal);
        Assert.Contains(task.Record.Value, problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ca.example; accounturi=https://ca.example/acct/1; policy=wildcard")]
    [InlineData("CA.example;accounturi=https://ca.example/acct/1;policy=WildCard;persistUntil=4102444800;")]
    [InlineData("other.example; accounturi=https://ca.example/acct/1", "is for another authority")]
    [InlineData("ca.example; accounturi=https://ca.example/acct/2; policy=wildcard", "names another account")]
    [InlineData("ca.example; accounturi=https://ca.example/acct/1", "lacks policy=wildcard")]
    [InlineData("ca.example; accounturi=https://ca.example/acct/1; policy=other", "lacks policy=wildcard")]
    [InlineData("ca.example; accounturi=https://ca.example/acct/1; policy=wildcard; persistUntil=1", "has ended (persistUntil)")]
    [InlineData("ca.example; accounturi=https://ca.example/acct/1; policy=wildcard; persistUntil=never", "has ended (persistUntil)")]
    [InlineData("ca.example; accounturi=https://ca.example/acct/1; policy=wildcard; persistUntil=4102444800; persistUntil=1", "says something twice")]
    public async Task takes_a_persistent_record_that_says_as_much_and_tells_what_another_lacks(string text, string? lacks = null)
    {
        var task = Persistent(Unique());
        task = task with { Record = task.Record! with { Value = task.Record.Value + "; policy=wildcard" } };
        var solver = new DnsSolver(ChallengeType.DnsPersist01, null, Options, TimeProvider.System);
        await bind.Server.AddTextAsync(task.Record!.Name, text);

        if (lacks is null)
        {
            await using var standing = await solver.PresentAsync(task, Cancel);
            Assert.Equal([DnsStepKind.AlreadyThere], _steps.Select(step => step.Kind));
            return;
        }

        var problem = (await Assert.ThrowsAsync<ProblemException>(async () => await solver.PresentAsync(task, Cancel))).Problem;
        Assert.EndsWith($"\"{task.Record.Value}\" is not there: what is there {lacks}.", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task makes_one_persistent_record_for_a_name_and_its_wildcard_at_once()
    {
        var task = Persistent(Unique());
        var solver = new DnsSolver(ChallengeType.DnsPersist01, Updating_a_name_server.Provider(bind.Server), Options, TimeProvider.System);

        await Task.WhenAll(solver.PresentAsync(task, Cancel).AsTask(), solver.PresentAsync(task with { IsWildcard = true }, Cancel).AsTask());

        Assert.Equal([DnsStepKind.Adding, DnsStepKind.Added, DnsStepKind.Looking, DnsStepKind.Seen, DnsStepKind.AlreadyThere], _steps.Select(step => step.Kind));
    }

    [Theory]
    [InlineData(ChallengeType.Http01, true)]
    [InlineData(ChallengeType.Dns01, false)]
    public void answers_dns_challenges_only_and_needs_a_provider(string type, bool hasProvider) => Assert.Throws<ArgumentException>(
        () => new DnsSolver(type, hasProvider ? new RecordingProvider() : null, Options, TimeProvider.System));

    [Fact]
    public async Task gets_a_wildcard_and_its_apex_from_an_authority_that_asks_the_same_name_server()
    {
        await using var pebble = await PebbleServer.StartAsync(
            new PebbleSettings { HttpPort = 1, DnsServer = bind.Server.Address.ToString() }, Cancel);
        await using var challenges = await ChallengeServer.StartAsync();
        using var customer = new Customer(pebble, challenges);
        customer.Solvers = [Solver()];
        var name = Unique() + ".example.test";

        var issued = await customer.IssueAsync(Customer.For(name, "*." + name, "alias.example.test", "*.sub.example.test"));

        Assert.Equal(4, issued.Names.Count);
        Assert.Empty(await bind.Server.TextAtAsync("_acme-challenge." + name));
        Assert.Empty(await bind.Server.TextAtAsync("x.alias.sub.example.test"));
    }

    private DnsSolverOptions Options => OptionsFor(bind.Server);

    private DnsSolver Solver(NameServer? server = null) => new(
        ChallengeType.Dns01,
        Updating_a_name_server.Provider(server ?? bind.Server),
        OptionsFor(server ?? bind.Server),
        TimeProvider.System);

    private DnsSolverOptions OptionsFor(NameServer server) => new()
    {
        Resolvers = [server.Address],
        AuthoritativePort = server.Address.Port,
        Patience = Short,
        Progress = this,
    };

    private static string Unique() => $"n{Guid.NewGuid():N}";

    private static ChallengeTask TaskFor(string label, string token = "the-token", bool isWildcard = false)
    {
        var task = new ChallengeTask
        {
            Type = ChallengeType.Dns01,
            Identifier = Identifier.Dns($"{label}.{NameServer.Zone}"),
            IsWildcard = isWildcard,
            Token = token,
            KeyAuthorization = token + ".thumbprint",
        };
        return task with { Record = new TextRecord($"_acme-challenge.{label}.{NameServer.Zone}", task.Dns01Value) };
    }

    private static ChallengeTask Persistent(string label) => TaskFor(label) with
    {
        Type = ChallengeType.DnsPersist01,
        Record = new TextRecord($"_validation-persist.{label}.{NameServer.Zone}", "ca.example; accounturi=https://ca.example/acct/1"),
    };

    private sealed class HangingProvider : IDnsProvider
    {
        public string Code => "hanging";

        public DnsPatience Patience => new(TimeSpan.Zero, TimeSpan.FromSeconds(1));

        public async ValueTask AddAsync(DnsChange change, CancellationToken cancel) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancel);

        public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel) => ValueTask.CompletedTask;
    }
}
