using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Lineages;

/// <summary>What a certificate waits for, as it is told: of the certificate itself, and of what still concerns it.</summary>
public sealed class Telling_what_is_next
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly LineageWants Wants = new([DomainName.Parse("shop.example.com"), DomainName.Parse("www.example.com")], TimeSpan.FromDays(30));
    private static readonly CertificateFacts Facts = new()
    {
        Names = ["shop.example.com"],
        Issuer = "CN=Some Authority",
        Subject = "",
        NotBefore = Now,
        NotAfter = Now.AddDays(90),
        Serial = "0A0B",
        SelfIssued = false,
    };

    private static readonly FailingName Www = new("www.example.com", "acme-validation-dns", "It does not exist in DNS.", 1, Now.AddHours(2));

    [Fact]
    public void a_question_to_the_server_is_followed_by_the_renewal()
    {
        var step = Next(new LineageState());

        Assert.Equal((LineageAction.AskAdvice, Now), (step.Action, step.At));
        Assert.Equal((LineageAction.Renew, Now.AddDays(60)), (step.OfCertificate.Action, step.OfCertificate.At));
        Assert.Equal("renewal on 2027-01-25 12:00 UTC, the set graceperiod before it expires; until then the server is asked whether it wants it sooner", step.Why);
    }

    [Fact]
    public void a_question_to_the_server_is_followed_by_a_name_that_is_tried_again()
    {
        var step = Next(new LineageState { Failing = [Www] });

        Assert.Equal(LineageAction.AskAdvice, step.Action);
        Assert.Equal((LineageAction.Order, Www.RetryAt), (step.OfCertificate.Action, step.OfCertificate.At));
        Assert.StartsWith($"www.example.com is not on the certificate and to be tried again: {Www.Words.TrimEnd('.')}; otherwise renewal on 2027-01-25", step.Why, StringComparison.Ordinal);
    }

    /// <summary>Of what an order was begun for, some may be wanted no more by the time that it is gone on with.</summary>
    [Theory]
    [InlineData("https://a.example/dir", "www.example.com", "an order that was begun is gone on with")]
    [InlineData("https://a.example/dir https://b.example/dir", "www.example.com", "an order that was begun is gone on with at a.example, unless another server is asked instead")]
    [InlineData("https://b.example/dir", "www.example.com", "an order that was begun is at a server that is not asked any more, and another is placed")]
    [InlineData("https://a.example/dir", "new.example.com", "an order that was begun is for other names, and another is placed")]
    [InlineData("", "www.example.com", "an order that was begun is gone on with")]
    public void an_order_that_was_begun_is_gone_on_with_where_it_is_for_what_is_wanted(string servers, string name, string why)
    {
        var order = SomeOrder.Placed with
        {
            DirectoryUrl = "https://a.example/dir",
            Names = ["shop.example.com"],
            LeftOut = [new FailedName("www.example.com", "acme-validation-dns", "It does not exist.")],
        };
        var wants = new LineageWants([DomainName.Parse("shop.example.com"), DomainName.Parse(name)], null) { Servers = servers.Split(' ', StringSplitOptions.RemoveEmptyEntries) };

        Assert.Equal(why, LineagePlan.Next(wants, new LineageStored(LineageState.New, Facts, true) { Order = order }, Now).Why);
        Assert.Equal(
            why.Replace("is for other names, and another is placed", "is gone on with", StringComparison.Ordinal),
            LineagePlan.Next(wants, new LineageStored(LineageState.New with { Failing = [Www with { Name = name }] }, Facts, true) { Order = order with { LeftOut = [] } }, Now).Why);
    }

    /// <summary>Of the names on a certificate none lapses for one that is to be on it besides.</summary>
    [Theory]
    [InlineData(85, true, LineageAction.Renew, 0)]
    [InlineData(61, true, LineageAction.Renew, 0)]
    [InlineData(59.5, true, LineageAction.Renew, 12)]
    [InlineData(50, true, LineageAction.Order, 20)]
    [InlineData(85, false, LineageAction.Order, 20)]
    public void a_renewal_waits_for_no_limit_that_holds_back_another_name(double age, bool sparesRenewal, LineageAction expected, int hours)
    {
        var gate = new LineageGate { Kind = GateKind.Limit, Until = Now.AddHours(20), Reason = "The limit is used up.", Names = ["shop.example.com", "www.example.com"], SparesRenewal = sparesRenewal };
        var facts = Facts with { NotBefore = Now.AddDays(-age), NotAfter = Now.AddDays(90 - age) };
        var stored = new LineageStored(LineageState.New with { Gates = [gate], AskAdviceAt = Now.AddHours(6) }, facts, false);

        var step = LineagePlan.Next(Wants with { Grace = TimeSpan.FromDays(30) }, stored, Now).OfCertificate;

        Assert.Equal((expected, true), (step.Action, hours == 0 ? step.At <= Now : step.At == Now.AddHours(hours)));
        Assert.Contains("www.example.com is not on the certificate; held back: a limit is used up until 2026-11-27 08:00:00 UTC", GateWords.Of(step, Now), StringComparison.Ordinal);
        Assert.Equal(age > 60 && !sparesRenewal, step.Why.StartsWith("renewal is due; ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a.example.com", "a.example.com is not on the certificate")]
    [InlineData("a.example.com b.example.com", "a.example.com, b.example.com are not on the certificate")]
    [InlineData("a.example.com b.example.com c.example.com d.example.com e.example.com", "a.example.com, b.example.com, c.example.com and 2 more are not on the certificate")]
    public void each_name_that_is_missing_is_told_of_or_counted(string more, string expected)
    {
        var wants = Wants with { Names = [DomainName.Parse("shop.example.com"), .. more.Split(' ').Select(DomainName.Parse)] };

        Assert.Equal(expected, LineagePlan.Next(wants, new LineageStored(LineageState.New with { AskAdviceAt = Now.AddHours(6) }, Facts, false), Now).Why);
    }

    /// <summary>As the daemon does it: in turn near the end, its last minutes left to the renewal; before that once an order with the new name has failed.</summary>
    [Theory]
    [InlineData(89.9, false, false, LineageAction.Renew)]
    [InlineData(89.9, true, true, LineageAction.Order)]
    [InlineData(89.999, true, false, LineageAction.Renew)]
    [InlineData(80, false, false, LineageAction.Renew)]
    [InlineData(65, false, false, LineageAction.Order)]
    [InlineData(65, true, true, LineageAction.Renew)]
    [InlineData(59, false, true, LineageAction.Order)]
    public void a_renewal_comes_before_another_name_where_the_next_attempt_goes_without_it(double age, bool wentWithout, bool hasFailed, LineageAction expected)
    {
        // Its last pause is over.
        var pause = new LineageGate { Kind = GateKind.Backoff, Until = Now.AddHours(-2), Reason = "a pause after a failure" };
        var state = LineageState.New with { BeganWithoutMore = wentWithout, FailedWithMore = hasFailed, LastFailure = hasFailed ? Www.AsFailure(0) : null, AskAdviceAt = Now.AddHours(6), Gates = [pause] };
        var facts = Facts with { NotBefore = Now.AddDays(-age), NotAfter = Now.AddDays(90 - age) };

        var step = LineagePlan.Next(Wants, new LineageStored(state, facts, false), Now);

        Assert.Equal((expected, true), (step.Action, step.IsDue(Now)));
        Assert.EndsWith($"www.example.com is not on the certificate{(expected == LineageAction.Renew ? ", and is asked for after that" : "")}", GateWords.Of(step, Now), StringComparison.Ordinal);
    }

    /// <summary>What was begun with the new name is given up near the end, unless its certificate is there.</summary>
    [Theory]
    [InlineData(89.9, OrderStage.Ordered, LineageAction.Renew)]
    [InlineData(89.9, OrderStage.Finalizing, LineageAction.Renew)]
    [InlineData(89.9, OrderStage.Downloaded, LineageAction.Resume)]
    [InlineData(65, OrderStage.Ordered, LineageAction.Resume)]
    public void an_order_that_was_begun_with_another_name_is_gone_on_with_where_the_next_attempt_does(double age, OrderStage stage, LineageAction expected)
    {
        var facts = Facts with { NotBefore = Now.AddDays(-age), NotAfter = Now.AddDays(90 - age) };
        var order = SomeOrder.Placed with { Names = ["shop.example.com", "www.example.com"], Stage = stage };

        var step = LineagePlan.Next(Wants with { Servers = [order.DirectoryUrl] }, new LineageStored(LineageState.New with { AskAdviceAt = Now.AddHours(6) }, facts, true) { Order = order }, Now);

        Assert.Equal(expected, step.Action);
    }

    /// <summary>Nobody has come to it since, as where the daemon does not run.</summary>
    [Theory]
    [InlineData(-1, false)]
    [InlineData(1, true)]
    public void a_pause_that_is_over_holds_nothing_back(int hours, bool isHeld)
    {
        var gate = new LineageGate { Kind = GateKind.Backoff, Until = Now.AddHours(hours), Reason = "It failed." };
        var facts = Facts with { NotBefore = Now.AddDays(-85), NotAfter = Now.AddDays(5) };
        var stored = new LineageStored(LineageState.New with { Gates = [gate], LastAttempt = Now.AddHours(-2), AskAdviceAt = Now.AddHours(6) }, facts, false);

        var step = LineagePlan.Next(Wants with { Names = [] }, stored, Now);

        Assert.Equal(isHeld, GateWords.Of(step, Now).Contains("; held back: a pause after a failure until ", StringComparison.Ordinal));
        Assert.NotEqual(isHeld, step.IsDue(Now));
    }

    /// <summary>It was begun without the name that waits; or it is for that too, and has been counted.</summary>
    [Theory]
    [InlineData("shop.example.com")]
    [InlineData("shop.example.com www.example.com")]
    public void an_order_that_was_begun_for_a_renewal_waits_for_no_limit_that_holds_back_another_name(string names)
    {
        var gate = new LineageGate { Kind = GateKind.Limit, Until = Now.AddHours(20), Reason = "The limit is used up.", Names = ["shop.example.com", "www.example.com"], SparesRenewal = true };
        var facts = Facts with { NotBefore = Now.AddDays(-85), NotAfter = Now.AddDays(5) };
        var stored = new LineageStored(LineageState.New with { Gates = [gate], AskAdviceAt = Now.AddHours(6) }, facts, true) { Order = SomeOrder.Placed with { Names = names.Split(' ') } };

        var step = LineagePlan.Next(Wants, stored, Now);

        Assert.Equal((LineageAction.Renew, true), (step.Action, step.At <= Now));
        Assert.Contains("; www.example.com is not on the certificate; held back: a limit is used up", GateWords.Of(step, Now), StringComparison.Ordinal);
    }

    /// <summary>It may want the certificate renewed at once, which spares the names on it the wait.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void a_name_that_waits_keeps_the_server_from_no_question(bool sparesRenewal)
    {
        var gate = new LineageGate { Kind = GateKind.Limit, Until = Now.AddHours(20), Reason = "The limit is used up.", Names = ["shop.example.com", "www.example.com"], SparesRenewal = sparesRenewal };
        var state = LineageState.New with { Gates = [gate], Advice = Answered };

        var step = LineagePlan.Next(Wants, new LineageStored(state, Facts, false), Now);

        Assert.Equal((LineageAction.AskAdvice, Answered.AskAgainAt), (step.Action, step.At));
        Assert.Equal((LineageAction.Order, gate.Until), (step.OfCertificate.Action, step.OfCertificate.At));
    }

    /// <summary>What was had under a clock that was days ahead holds nothing back.</summary>
    [Theory]
    [InlineData(2, 0)]
    [InlineData(-0.1, 23)]
    public void a_rest_after_renewals_is_of_this_clock(double days, int hours)
    {
        var stored = new LineageStored(LineageState.New with { SuccessBefore = Now.AddDays(days) }, Facts with { NotAfter = Now.AddDays(90) }, false);

        Assert.Equal(hours > 0, RenewalRest.Of(stored, null, Now) is { } rest && rest.Until > Now);
    }

    /// <summary>A wait for a domain that nobody wants any more is over.</summary>
    [Theory]
    [InlineData("example.com", true)]
    [InlineData("www.example.com", true)]
    [InlineData("ample.com", false)]
    [InlineData("example.net", false)]
    [InlineData("", true)]
    public void a_wait_that_a_server_asked_for_holds_what_it_is_about(string about, bool holds)
    {
        var gate = new LineageGate { Kind = GateKind.RetryAfter, Until = Now.AddHours(1), Reason = "because", About = about.Split(' ', StringSplitOptions.RemoveEmptyEntries) };

        Assert.Equal(holds, (LineageState.New with { Gates = [gate] }).For(["shop.example.com", "www.example.com"], []).Gates.Count == 1);
    }

    /// <summary>A wildcard that failed stands for no other name.</summary>
    [Theory]
    [InlineData("v.example.com a.v.example.com", "", true)]
    [InlineData("v.example.com a.v.example.com", "b.v.example.com", false)]
    [InlineData("v.example.com *.v.example.com", "b.v.example.com", true)]
    public void a_limit_is_for_what_is_left_of_the_names(string left, string more, bool isFor)
    {
        string[] names = ["v.example.com", "*.v.example.com", "a.v.example.com", .. more.Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        var gate = new LineageGate { Kind = GateKind.Limit, Until = Now, Reason = "", Names = left.Split(' ') };
        string[] failed = left.Contains('*') ? ["a.v.example.com"] : ["*.v.example.com"];

        Assert.Equal(isFor, (LineageState.New with { Failing = [.. failed.Select(name => Www with { Name = name })] }).IsFor(gate, names));
        Assert.False((LineageState.New with { Failing = [Www with { Name = "v.example.com" }] }).IsFor(gate with { Names = ["a.v.example.com"] }, ["a.v.example.com", "b.v.example.com", "v.example.com"]));
    }

    /// <summary>No wait lifts it: when it is asked again is no end.</summary>
    [Fact]
    public void a_pause_of_a_name_has_no_end_that_can_be_waited_for()
    {
        var gate = new LineageGate { Kind = GateKind.Paused, Until = Now.AddDays(1), Reason = "Your name is paused.", Page = "https://ca.example/unpause" };

        Assert.Equal(
            "the server has paused a name until a person lifts that; it is asked again at 2026-11-27 12:00:00 UTC, and whenever you order by hand: Your name is paused. See https://ca.example/unpause",
            GateWords.Of(gate));
    }

    /// <summary>Whoever asked for a first certificate waits for the limit, and need not ask again.</summary>
    [Theory]
    [InlineData(GateKind.Limit, 2, true, LineageAction.Order)]
    [InlineData(GateKind.Limit, -2, true, LineageAction.Order)]
    [InlineData(GateKind.RetryAfter, 2, true, LineageAction.Order)]
    [InlineData(GateKind.RetryAfter, 2, false, LineageAction.None)]
    public void a_first_certificate_that_was_held_back_is_ordered_once_it_may_go(GateKind kind, int hours, bool wasHeld, LineageAction expected)
    {
        var gate = new LineageGate { Kind = kind, Until = Now.AddHours(hours), Reason = "because" };
        var state = LineageState.New with { Gates = [gate] };
        var step = LineagePlan.Next(Wants, new LineageStored(wasHeld ? state.Held([gate], Now) : state, null, false), Now);

        Assert.Equal((expected, expected == LineageAction.None ? null : hours > 0 ? gate.Until : Now), (step.Action, step.At));
    }

    /// <summary>Someone had it ordered anew before its time, and a name failed: what is in service is good all the same.</summary>
    [Fact]
    public void a_name_that_the_certificate_carries_waits_for_the_renewal()
    {
        var step = Next(new LineageState { Failing = [Www with { Name = "shop.example.com" }], Advice = Answered }, ["shop.example.com"]);

        Assert.Equal((LineageAction.Renew, Now.AddDays(60)), (step.OfCertificate.Action, step.OfCertificate.At));
    }

    [Fact]
    public void a_gate_holds_back_what_follows_a_question_and_not_the_question()
    {
        var gate = new LineageGate { Kind = GateKind.RolledBack, Until = Now.AddDays(1), Reason = "because" };

        var step = Next(new LineageState { Failing = [Www], Gates = [gate] });

        Assert.Equal((Now, gate.Until, gate), (step.At, step.OfCertificate.At, step.OfCertificate.Gate));
    }

    [Fact]
    public void why_a_server_gave_no_answer_is_told_with_its_time_until_it_gives_one()
    {
        var unanswered = Answered with { Unanswered = "It refused the connection.", UnansweredAt = Now.AddHours(-1) };

        Assert.EndsWith("; when it was asked last on 2026-11-26 11:00 UTC: It refused the connection", Next(new LineageState { Advice = unanswered }).Why, StringComparison.Ordinal);
        Assert.EndsWith(
            "; of whether the server wants it sooner nothing is known; when it was asked last on 2026-11-26 11:00 UTC: It refused the connection",
            Next(new LineageState { Advice = unanswered with { AskAgainAt = Now.AddHours(23) } }, grace: 89.5).Why,
            StringComparison.Ordinal);
        Assert.DoesNotContain("asked last", Next(new LineageState { Advice = unanswered with { Serial = "OTHER" } }).Why, StringComparison.Ordinal);
        Assert.DoesNotContain("asked last", Next(new LineageState { Advice = unanswered with { Unanswered = "" } }).Why, StringComparison.Ordinal);
        Assert.DoesNotContain("asked last", Next(new LineageState { Advice = Answered }).Why, StringComparison.Ordinal);
        Assert.InRange(Next(new LineageState { Advice = unanswered with { Unanswered = new string('x', 9000) } }).Why.Length, 400, 700);
    }

    [Fact]
    public void what_names_failed_at_that_nobody_wants_any_more_is_over()
    {
        var stored = Failed("gone.example.com").For(Wants.Names, ["https://ca.example/"]);

        Assert.Equal((0, null, "No."), (stored.State.Failures, stored.State.LastFailure, stored.Overtaken?.Found));
        Assert.Empty(stored.State.Failing);
        Assert.Equal([GateKind.RetryAfter], stored.State.Gates.Select(gate => gate.Kind));
    }

    [Theory]
    [InlineData("gone.example.com", "www.example.com")]
    [InlineData("shop.example.com")]
    [InlineData]
    public void what_failed_at_a_name_that_is_wanted_or_at_all_of_them_is_not(params string[] names)
    {
        var stored = Failed(names).For(Wants.Names, ["https://ca.example/"]);

        Assert.Equal((1, "No.", null), (stored.State.Failures, stored.State.LastFailure?.Found, stored.Overtaken));
        Assert.Equal(names.Where(name => name != "gone.example.com"), stored.State.Failing.Select(name => name.Name));
    }

    [Fact]
    public void what_failed_at_a_server_that_is_not_asked_any_more_is_over()
    {
        LineageStored FailedAt(string server) => Failed() with { State = Failed().State with { LastFailure = new LineageFailure("c", "No.", "Mend it.") { Server = server } } };

        Assert.Equal("No.", FailedAt("https://former.example/").For(Wants.Names, ["https://ca.example/"]).Overtaken?.Found);
        Assert.Null(FailedAt("https://former.example/").For(Wants.Names, Wants.ServerWords).Overtaken);
        Assert.Null(FailedAt("https://ca.example/").For(Wants.Names, ["https://ca.example/"]).Overtaken);
    }

    private static LineageAdvice Answered { get; } = new() { Serial = "0A0B", AskAgainAt = Now.AddHours(6) };

    private static LineageStored Failed(params string[] names) => new(
        new LineageState
        {
            Failures = 1,
            LastFailure = new LineageFailure("acme-validation-dns", "No.", "Mend it.") { Names = names },
            Failing = [.. names.Select(name => Www with { Name = name })],
            Gates = [.. new[] { GateKind.Backoff, GateKind.RetryAfter }.Select(kind => new LineageGate { Kind = kind, Until = Now.AddHours(1), Reason = "because" })],
        },
        Facts,
        false);

    private static LineageStep Next(LineageState state, string[]? names = null, double grace = 30) => LineagePlan.Next(
        new LineageWants([.. (names ?? (state.Failing.Count > 0 ? ["shop.example.com", "www.example.com"] : ["shop.example.com"])).Select(DomainName.Parse)], TimeSpan.FromDays(grace)),
        new LineageStored(state, Facts, false),
        Now);
}
