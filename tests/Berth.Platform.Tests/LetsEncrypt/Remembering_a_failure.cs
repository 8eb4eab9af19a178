using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>A failure that is about names: over once nobody wants these, and never because a server spells them otherwise.</summary>
public sealed class Remembering_a_failure
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly WantedServer Server = new("production", new Uri("https://ca.example/directory"));
    private readonly Outcomes _outcomes = new(new RetryLadder(new Random(1)));

    [Theory]
    [InlineData("www.example.com")]
    [InlineData("Shop.Example.com")]
    [InlineData("example.com")]
    public void keeps_its_pause_where_a_server_speaks_of_a_name_that_was_not_asked_for(string spoken)
    {
        var state = _outcomes.Failed(LineageState.New, Refusal(spoken), Server, Now, ["shop.example.com", "*.example.com"]);

        Assert.Empty(state.LastFailure!.Names);
        Assert.Empty(state.Failing);
        var left = state.For(["shop.example.com", "*.example.com"], ["production"]);
        Assert.Equal((state.LastFailure, state.Pauses), (left.LastFailure, left.Pauses));
        Assert.Contains(left.Gates, gate => gate.Kind == GateKind.Backoff);
    }

    [Fact]
    public void is_over_once_its_name_is_not_wanted_any_more()
    {
        var state = _outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, Now, ["shop.example.com", "other.example.com"]);

        Assert.Equal(["shop.example.com"], state.LastFailure!.Names);
        Assert.Null(state.For(["other.example.com"], ["production"]).LastFailure);
        Assert.NotNull(state.For(["shop.example.com"], ["production"]).LastFailure);
        Assert.Null(state.For(["shop.example.com"], ["staging"]).LastFailure);
    }

    /// <summary>A wildcard may carry a name that has failed before.</summary>
    [Fact]
    public void is_over_once_a_certificate_answers_for_its_name()
    {
        var state = _outcomes.Failed(LineageState.New, Refusal("www.example.com"), Server, Now, ["example.com", "*.example.com", "www.example.com"]);
        Assert.Single(state.Failing);
        var issued = new IssuedCertificate
        {
            Names = ["*.example.com", "example.com"],
            LeafPem = "",
            ChainPem = "",
            PrivateKeyPem = "",
            Issuer = "",
            NotBefore = Now,
            NotAfter = Now,
            DirectoryUrl = "",
            AccountUrl = "",
            OrderUrl = "",
            CertificateUrl = "",
        };

        Assert.Empty(_outcomes.Succeeded(state, issued, Server, null, Now).Failing);
        Assert.Single(_outcomes.Succeeded(state, issued with { Names = ["*.other.example.com"] }, Server, null, Now).Failing);
    }

    [Fact]
    public void keeps_what_one_server_asked_for_where_another_would_refuse()
    {
        LineageGate GateOf(string server, int hours) => new() { Kind = GateKind.RetryAfter, Until = Now.AddHours(hours), Reason = "wait", Server = server };
        var state = LineageState.New with { Gates = [GateOf("one", 2), GateOf("two", 3), GateOf("over", -1), new() { Kind = GateKind.Backoff, Until = Now.AddHours(1), Reason = "pause" }] };

        var held = Outcomes.Held(state, [GateOf("two", 5)], isFirst: true, Now);

        Assert.Equal(
            [(GateKind.RetryAfter, "two", Now.AddHours(5)), (GateKind.RetryAfter, "one", Now.AddHours(2)), (GateKind.Backoff, null, Now.AddHours(1))],
            held.Gates.Select(gate => (gate.Kind, gate.Server, gate.Until)));
        Assert.Equal(Now, held.AskedAt);
        Assert.Null(_outcomes.Failed(held, Refusal("shop.example.com"), Server, Now).AskedAt);
        Assert.Null(Outcomes.Held(state, [GateOf("two", 5)], isFirst: false, Now).AskedAt);
    }

    /// <summary>Limits are counted for a day at most: what the server itself has asked for stays, and its end.</summary>
    [Fact]
    public void keeps_a_longer_wait_that_the_server_has_asked_for()
    {
        var asked = new LineageGate { Kind = GateKind.RetryAfter, Until = Now.AddHours(26), OverAt = Now.AddDays(2), Reason = "wait two days", Server = "one" };
        var counted = new LineageGate { Kind = GateKind.RetryAfter, Until = Now.AddDays(1), Reason = "It asked to wait.", Server = "one", Names = ["shop.example.com"] };

        Assert.Equal([asked], Outcomes.Held(LineageState.New with { Gates = [asked] }, [counted], isFirst: true, Now).Gates);
        Assert.Equal([counted, asked with { SparesRenewal = true }], Outcomes.Held(LineageState.New with { Gates = [asked with { SparesRenewal = true }] }, [counted], isFirst: true, Now).Gates);
        Assert.Equal([counted], Outcomes.Held(LineageState.New with { Gates = [asked with { Until = Now.AddHours(1), OverAt = null }] }, [counted], isFirst: true, Now).Gates);
    }

    /// <summary>Of three servers one is at its limit and the others are down: neither is asked again during the pause, whichever failed last.</summary>
    [Fact]
    public void at_a_server_asked_only_for_anothers_limit_pauses_all_but_that_one()
    {
        var limit = new LineageGate { Kind = GateKind.Limit, Until = Now.AddSeconds(30), Reason = "used up", Server = "one", Names = ["shop.example.com"] };
        var failed = Outcomes.FailedElsewhere(_outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, Now, elsewhere: [limit]), [limit], isFirst: true, Now);
        var wants = new LineageWants([DomainName.Parse("shop.example.com")], null) { Servers = ["one", "two", "three"], ServerWords = ["one", "two", "three"] };

        var step = LineagePlan.Next(wants, new LineageStored(failed, null, false), Now);

        Assert.Equal((LineageAction.Order, limit.Until), (step.Action, step.At));
        Assert.False(IsPausedAt("one", failed, null, Now));
        Assert.True(IsPausedAt("two", failed, null, Now));
        Assert.True(IsPausedAt("three", failed, null, Now));
        Assert.DoesNotContain(StandingGates.Of(new LineageStored(failed, null, false), Now), gate => gate.IsWaitAt("one"));
    }

    /// <summary>What the plan cuts short, or takes for another clock's, keeps no server from being asked either: the daemon would look again and again.</summary>
    [Fact]
    public void holds_no_server_back_that_the_plan_calls_due()
    {
        var limit = new LineageGate { Kind = GateKind.Limit, Until = Now.AddDays(2), Reason = "used up", Server = "one", Names = ["shop.example.com"] };
        var before = LineageState.New with { Pauses = 20 };
        var failed = Outcomes.FailedElsewhere(_outcomes.Failed(before, Refusal("shop.example.com"), Server, Now, elsewhere: [limit]), [limit], isFirst: false, Now);
        var wants = new LineageWants([DomainName.Parse("shop.example.com")], null) { Servers = ["one", "two"], ServerWords = ["one", "two"] };
        var nearItsEnd = new CertificateFacts
        {
            Names = ["shop.example.com"],
            Issuer = "CN=Some Authority",
            Subject = "",
            NotBefore = Now.AddDays(-89),
            NotAfter = Now.AddHours(4),
            Serial = "0A0B",
            SelfIssued = false,
        };

        var step = LineagePlan.Next(wants, new LineageStored(failed, nearItsEnd, false), Now).OfCertificate;

        Assert.InRange(step.At!.Value, Now.AddMinutes(15), Now.AddMinutes(31));
        Assert.True(IsPausedAt("two", failed, nearItsEnd, step.At.Value.AddSeconds(-1)));
        Assert.False(IsPausedAt("two", failed, nearItsEnd, step.At.Value));
        Assert.False(IsPausedAt("two", failed, nearItsEnd, Now - RetryLadder.Longest));
    }

    /// <summary>Who tries by hand during a pause leaves it as it is, and a server that fails itself is spared no longer.</summary>
    [Fact]
    public void by_hand_spares_no_server_that_the_pause_did_not()
    {
        var failed = _outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, Now);
        var again = _outcomes.Failed(failed, Refusal("shop.example.com"), Server, Now, isEarly: true, elsewhere: At("one"));
        var elsewhere = _outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, Now, elsewhere: At("one", Server.Key));

        Assert.Null(Pause(again).Except);
        Assert.Equal(["one", Server.Key], Pause(elsewhere).Except);
        Assert.Equal(["one"], Pause(_outcomes.Failed(elsewhere, Refusal("shop.example.com"), Server, Now, isEarly: true, elsewhere: At("two"))).Except);

        static LineageGate Pause(LineageState state) => Assert.Single(state.Gates, gate => gate.Kind == GateKind.Backoff);
    }

    private static LineageGate[] At(params string[] servers) =>
        [.. servers.Select(server => new LineageGate { Kind = GateKind.Limit, Until = Now.AddSeconds(30), Reason = "used up", Server = server, Names = ["shop.example.com"] })];

    private static bool IsPausedAt(string server, LineageState state, CertificateFacts? facts, DateTimeOffset at) =>
        StandingGates.Of(new LineageStored(state, facts, false), at).Any(gate => gate.IsPauseAt(server) && gate.Until > at);

    [Theory]
    [InlineData(1, false, 3, 0, false)]
    [InlineData(1, true, 2, 0, true)]
    [InlineData(-1, false, 0, null, true)]
    public void that_was_asked_for_counts_only_where_none_was_installed_by_hand_since(int hours, bool isFailureOlder, int gates, int? asked, bool isForgotten)
    {
        var gate = new LineageGate { Kind = GateKind.Limit, Until = Now.AddHours(2), Reason = "used up", Server = "one" };
        var failed = Outcomes.Held(_outcomes.Failed(LineageState.New, Refusal("shop.example.com"), Server, isFailureOlder ? Now.AddHours(-2) : Now), [gate, gate with { Server = "two" }], isFirst: true, Now);
        var pause = new LineageGate { Kind = GateKind.Backoff, Until = Now.AddHours(1), Reason = "pause" };
        var state = failed with
        {
            Gates = [.. failed.Gates.Where(other => other.Kind != GateKind.Backoff), pause],
            Refusal = new LineageRefusal(LineageFailure.Of(Refusal("x").Problem, Now), 1),
        };

        var left = state.Ended(Now.AddHours(-hours));

        Assert.Equal((gates, asked is null ? null : Now, asked is null), (left.Gates.Count, left.AskedAt, left.Refusal is null));
        Assert.Equal(isForgotten, left.LastFailure is null);
    }

    [Fact]
    public void counts_on_whatever_number_a_hand_has_written()
    {
        var failing = new FailingName("shop.example.com", "acme-validation-dns", "no", int.MaxValue, Now);
        var state = _outcomes.Failed(
            LineageState.New with { Failing = [failing], Issuers = new Dictionary<string, IssuerStanding> { [Server.Key] = new(int.MaxValue, LineageFailure.Of(Refusal("x").Problem, Now)) } },
            Refusal("shop.example.com"), Server, Now, ["shop.example.com"]);

        Assert.InRange(Assert.Single(state.Failing).RetryAt, Now.AddDays(1), Now + RetryLadder.Longest);
        Assert.True(state.Issuers[Server.Key].Failures > 0);
    }

    // As the library tells of names.
    private static ProblemException Refusal(string name)
    {
        var failure = new ProblemException(new Problem(AcmeProblems.ValidationDns, $"{name}: no.", "Mend it."));
        failure.Data["berth-failed-names"] = new[] { new FailedName(name, AcmeProblems.ValidationDns.Id, "no") };
        return failure;
    }
}
