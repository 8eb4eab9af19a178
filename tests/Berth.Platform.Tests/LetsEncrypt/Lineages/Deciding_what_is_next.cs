using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;
using CsCheck;

namespace Berth.Platform.Tests.LetsEncrypt.Lineages;

/// <summary>The next step of a certificate: wanted and stored state in, one step out.</summary>
public sealed class Deciding_what_is_next
{
    private static readonly DateTimeOffset Now = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);
    private static readonly LineageWants Wants = new([DomainName.Parse("shop.example.com")], null);

    private static readonly Gen<TimeSpan> Span = Gen.Int[-200 * 24 * 60, 200 * 24 * 60].Select(minutes => TimeSpan.FromMinutes(minutes));

    // Mostly within what any gate is set, for one further away says nothing.
    private static readonly Gen<TimeSpan> Wait = Gen.OneOf(Gen.Int[-60, 26 * 60].Select(minutes => TimeSpan.FromMinutes(minutes)), Span);

    private static readonly Gen<LineageGate> Gate = Gen.Select(Gen.Enum<GateKind>(), Wait, Gen.Bool, (kind, wait, spares) =>
        new LineageGate { Kind = kind, Until = Now + wait, Reason = "because", SparesRenewal = spares });

    private static readonly Gen<LineageAdvice?> Advice = Gen.Select(Gen.Int[0, 3], Span, Span, (kind, window, ask) => kind == 0
        ? null
        : new LineageAdvice
        {
            Serial = kind == 1 ? "OTHER" : "0A0B",
            AskAgainAt = Now + ask,
            Plan = kind == 2 ? null : new RenewalPlan
            {
                WindowStart = Now + window,
                WindowEnd = Now + window + TimeSpan.FromDays(2),
                RenewAt = Now + window + TimeSpan.FromDays(1),
                AskAgainAt = Now + ask,
            },
        });

    private static readonly Gen<LineageStored> Stored = Gen.Select(
        Gen.Select(Span, Gen.Int[1, 400], Gen.Bool).Select(t => (t.Item1, TimeSpan.FromDays(t.Item2 / 2.0), t.Item3)),
        Gate.List[0, 4],
        Advice,
        Gen.Select(Gen.Bool, Gen.Bool, Gen.Bool),
        Span,
        (life, gates, advice, flags, failing) => new LineageStored(
            new LineageState
            {
                Gates = gates,
                Advice = advice,
                LastSuccess = flags.Item1 ? Now + life.Item1 : null,
                Failing = flags.Item2 ? [new FailingName("shop.example.com", "acme-validation-dns", "no", 1, Now + failing)] : [],
            },
            life.Item3 ? Certificate(Now + life.Item1, life.Item2, flags.Item2 ? "else.example.com" : "shop.example.com") : null,
            flags.Item3));

    /// <summary>Also where its window reaches so far that its time is too late.</summary>
    [Theory]
    [InlineData(40, null, "a time chosen in the window that the server suggests because of https://ca.example/why")]
    [InlineData(85, null, "before it expires, though the time chosen in the server's window is later because of https://ca.example/why")]
    [InlineData(85, 20, "the set graceperiod before it expires, though the time chosen in the server's window is later because of https://ca.example/why")]
    public void names_the_page_that_a_server_gives_for_its_window(int renewIn, int? grace, string why)
    {
        var facts = Certificate(Now, TimeSpan.FromDays(90), "shop.example.com");
        var plan = new RenewalPlan
        {
            WindowStart = Now,
            WindowEnd = Now.AddDays(89),
            RenewAt = Now.AddDays(renewIn),
            AskAgainAt = Now.AddHours(6),
            ExplanationUrl = "https://ca.example/why",
        };
        var advice = new LineageAdvice { Serial = facts.Serial, AskAgainAt = plan.AskAgainAt, Plan = plan };

        Assert.Equal(why, LineagePlan.RenewalOf(facts, grace is { } days ? TimeSpan.FromDays(days) : null, advice).Why);
    }

    /// <summary>By hand it was asked for, and of nobody: whoever sets what was missing may ask once more, and need not.</summary>
    [Theory]
    [InlineData(false, -10, 50)]
    [InlineData(false, -100, 0)]
    [InlineData(false, 100, 0)]
    [InlineData(true, -10, 0)]
    public void orders_what_was_refused_for_a_setting_a_minute_after_that_was_set(bool byDefault, int mended, int after)
    {
        var refusal = new LineageRefusal(new LineageFailure("dns-setting-missing", "The DNS provider desec needs DESEC_TOKEN.", "Set it.") { At = Now.AddHours(-1) }, 7);
        var stored = new LineageStored(new LineageState { Refusal = refusal }, null, false);

        var step = LineagePlan.Next(Wants with { ByDefault = byDefault, MendedAt = Now.AddSeconds(mended) }, stored, Now);
        var still = LineagePlan.Next(Wants with { ByDefault = byDefault, MendedAt = Now.AddSeconds(mended), WhyNot = refusal.AsProblem() }, stored, Now);

        Assert.Equal((LineageAction.Order, Now.AddSeconds(after)), (step.Action, step.At));
        Assert.EndsWith(" and could not be ordered: The DNS provider desec needs DESEC_TOKEN; settings have changed since, and it is to be ordered again", step.Why, StringComparison.Ordinal);
        Assert.Equal((LineageAction.None, refusal.Why.Found), (still.Action, still.Refusal?.Found));
    }

    [Theory]
    [InlineData(true, false, -3600, LineageAction.Restore, 0)]
    [InlineData(true, true, -3600, LineageAction.Restore, 0)]
    [InlineData(true, false, -10, LineageAction.Restore, 50)]
    [InlineData(true, false, 10, LineageAction.Restore, 0)] // Changed under another clock.
    [InlineData(false, false, -3600, LineageAction.Order, 0)]
    [InlineData(false, false, -10, LineageAction.Order, 50)]
    [InlineData(false, true, -3600, LineageAction.Resume, 0)]
    public void what_is_damaged_is_put_back_or_else_ordered(bool isKept, bool hasOpenOrder, int changed, LineageAction action, int within)
    {
        foreach (var facts in (CertificateFacts?[])[null, Certificate(Now, TimeSpan.FromDays(90), "shop.example.com")])
        {
            var stored = new LineageStored(LineageState.New, facts, hasOpenOrder) { Damage = new CertificateDamage("tls/server.key is missing", isKept, Now.AddSeconds(changed)) };
            var step = LineagePlan.Next(Wants, stored, Now);
            Assert.Equal((action, Now.AddSeconds(within)), (step.Action, step.At));
        }
    }

    [Fact]
    public void no_pause_keeps_from_putting_back_what_is_damaged()
    {
        LineageGate[] gates = [new LineageGate { Kind = GateKind.Backoff, Until = Now.AddHours(1), Reason = "It failed." }];
        var damage = new CertificateDamage("tls/server.key is missing", true, Now.AddDays(-1));
        var stored = new LineageStored(new LineageState { Gates = gates }, Certificate(Now, TimeSpan.FromDays(90), "shop.example.com"), false) { Damage = damage };

        Assert.Equal(Now, LineagePlan.Next(Wants, stored, Now).At);
        Assert.Equal(Now.AddHours(1), LineagePlan.Next(Wants, stored with { Damage = damage with { IsKept = false } }, Now).At);
    }

    [Fact]
    public void is_nothing_where_nobody_asked_for_a_certificate() =>
        Assert.Equal(LineageAction.None, LineagePlan.Next(Wants, new LineageStored(LineageState.New, null, false), Now).Action);

    /// <summary>Held back, also after a failure: that attempt is still to come.</summary>
    [Fact]
    public void is_to_order_what_was_asked_for_and_held_back_as_soon_as_nothing_holds_it_back()
    {
        var gate = new LineageGate { Kind = GateKind.Limit, Until = Now.AddHours(2), Reason = "used up" };
        var failure = new LineageFailure("acme-rate-limited", "Too many.", "Wait.") { At = Now.AddHours(-1) };
        var state = new LineageState { LastFailure = failure, LastSuccess = Now.AddDays(-100) }.Held([gate], Now);

        var step = LineagePlan.Next(Wants, new LineageStored(state, null, false), Now);

        Assert.Equal((LineageAction.Order, Now.AddHours(2), gate), (step.Action, step.At, step.Gate));
    }

    [Fact]
    public void is_to_go_on_with_an_order_that_was_begun()
    {
        var step = LineagePlan.Next(Wants, new LineageStored(LineageState.New, null, true), Now);
        Assert.Equal((LineageAction.Resume, true), (step.Action, step.IsDue(Now)));
    }

    [Fact]
    public void is_to_order_where_a_name_is_missing()
    {
        var step = LineagePlan.Next(Wants, new LineageStored(LineageState.New, Certificate(Now, TimeSpan.FromDays(90), "else.example.com"), false), Now);
        Assert.Equal((LineageAction.Order, true), (step.Action, step.IsDue(Now)));
        Assert.Contains("shop.example.com", step.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void is_not_to_order_again_while_a_name_that_failed_waits()
    {
        var state = new LineageState { Failing = [new FailingName("shop.example.com", "acme-validation-dns", "no", 2, Now.AddHours(2))], LastSuccess = Now, Advice = NoAdvice };
        var step = LineagePlan.Next(Wants, new LineageStored(state, Certificate(Now, TimeSpan.FromDays(90), "else.example.com"), false), Now);
        Assert.Equal((LineageAction.Order, Now.AddHours(2)), (step.Action, step.At));
    }

    [Fact]
    public void is_to_ask_the_server_first_and_then_to_renew_at_the_time_chosen()
    {
        var facts = Certificate(Now, TimeSpan.FromDays(90), "shop.example.com");
        Assert.Equal(LineageAction.AskAdvice, LineagePlan.Next(Wants, new LineageStored(new LineageState { LastSuccess = Now }, facts, false), Now).Action);
        var plan = new RenewalPlan { WindowStart = Now.AddHours(20), WindowEnd = Now.AddHours(22), RenewAt = Now.AddHours(21), AskAgainAt = Now.AddHours(23) };
        var state = new LineageState { Advice = new LineageAdvice { Serial = facts.Serial, AskAgainAt = plan.AskAgainAt, Plan = plan } };
        var step = LineagePlan.Next(Wants, new LineageStored(state, facts, false), Now);
        Assert.Equal((LineageAction.Renew, Now.AddHours(21)), (step.Action, step.At));
    }

    [Fact]
    public void is_to_ask_a_server_that_offers_no_advice_later_than_one_that_may()
    {
        var facts = Certificate(Now, TimeSpan.FromDays(90), "shop.example.com");
        var state = new LineageState { LastSuccess = Now, AskAdviceAt = Now.AddHours(20) };
        Assert.Equal((LineageAction.AskAdvice, Now.AddHours(20)), Next(state));
        Assert.Equal((LineageAction.AskAdvice, Now.AddHours(3)), Next(state with { Advice = new LineageAdvice { Serial = facts.Serial, AskAgainAt = Now.AddHours(3) } }));
        Assert.Equal((LineageAction.AskAdvice, Now), Next(state with { AskAdviceAt = Now.AddDays(30) }));

        (LineageAction, DateTimeOffset?) Next(LineageState known) =>
            LineagePlan.Next(Wants, new LineageStored(known, facts, false), Now) is var step ? (step.Action, step.At) : default;
    }

    [Fact]
    public void does_not_let_a_server_that_suggests_too_late_a_time_make_a_certificate_lapse() => Stored.Sample(stored =>
    {
        if (stored.InService is { } facts)
        {
            Assert.True(LineagePlan.RenewalOf(facts, null, stored.State.Advice).At <= facts.NotAfter - ((facts.NotAfter - facts.NotBefore) / 10)
                || stored.State.Advice?.Plan is null || stored.State.Advice.Serial != facts.Serial);
            Assert.True(LineagePlan.RenewalOf(facts, null, stored.State.Advice).At <= facts.NotAfter);
        }
    });

    [Fact]
    public void never_waits_longer_than_the_longest_gate_beyond_what_it_wishes() => Stored.Sample(stored =>
    {
        // One that is over still tells that a first certificate was asked for.
        var free = LineagePlan.Next(Wants, stored with { State = stored.State with { Gates = [.. stored.State.Gates.Select(gate => gate with { Until = Now.AddYears(-9) })], SuccessBefore = null } }, Now);
        var gated = LineagePlan.Next(Wants, stored, Now);
        if (stored.State.Gates.Any(gate => gate.SparesRenewal) && gated.OfCertificate is { Action: LineageAction.Renew, Beside: not null })
        {
            // What waits is told beside the renewal that does not.
            Assert.True(gated.OfCertificate.At < gated.OfCertificate.Beside.At);
            return;
        }

        Assert.Equal(free.OfCertificate.Action, gated.OfCertificate.Action);
        Assert.True(gated.At is null || gated.At <= gated.OfCertificate.At);
        if (free.OfCertificate.At is { } wish)
        {
            Assert.InRange(gated.OfCertificate.At!.Value, wish, wish > Now + RetryLadder.Longest ? wish : Now + RetryLadder.Longest);
        }
    });

    [Fact]
    public void never_goes_through_a_gate_that_is_closed() => Stored.Sample(stored =>
    {
        var step = LineagePlan.Next(Wants, stored, Now);
        if (step.Action is LineageAction.Order or LineageAction.Renew or LineageAction.Resume)
        {
            Assert.All(
                stored.State.Gates.Where(gate => gate.Until <= Now + RetryLadder.Longest
                    && (gate.Kind != GateKind.RolledBack || stored.InService is not null)
                    && !(gate.SparesRenewal && step.Action == LineageAction.Renew)),
                gate => Assert.True(step.At >= gate.Until));
        }
    });

    [Fact]
    public void stays_as_it_is_until_its_time_comes() => Gen.Select(Stored, Gen.Double[0, 1]).Sample((stored, part) =>
    {
        var step = LineagePlan.Next(Wants, stored, Now);

        // A gate set under a wrong clock says nothing, until it is near enough to be believed.
        if (step.At is { } at && at > Now && stored.State.Gates.All(gate => gate.Until <= Now + RetryLadder.Longest) && step.Gate is null)
        {
            var later = Now + ((at - Now) * part * 0.999);
            Assert.Equal((step.Action, step.At), (LineagePlan.Next(Wants, stored, later).Action, LineagePlan.Next(Wants, stored, later).At));
        }
    });

    [Theory]
    [InlineData(3650)]
    [InlineData(2)]
    public void believes_nothing_that_was_noted_under_another_clock(int days)
    {
        var facts = Certificate(Now.AddDays(-80), TimeSpan.FromDays(90), "shop.example.com");
        var wrong = Now.AddDays(days);
        var told = new LineageAdvice { Serial = facts.Serial, AskAgainAt = Now.AddDays(1) };
        var gated = new LineageState { Gates = [new LineageGate { Kind = GateKind.RetryAfter, Until = wrong, Reason = "because" }], Advice = told };
        var advised = new LineageState { Advice = told with { AskAgainAt = wrong }, LastSuccess = Now };

        Assert.Equal((LineageAction.Renew, true), Due(gated, facts));
        Assert.Equal((LineageAction.AskAdvice, true), Due(advised, Certificate(Now, TimeSpan.FromDays(90), "shop.example.com")));
    }

    [Theory]
    [InlineData(80, 10)]
    [InlineData(8, 1)]
    [InlineData(1, 0.25)]
    public void waits_no_more_than_an_eighth_of_what_is_left_before_it_tries_again(double left, double longest)
    {
        var facts = Certificate(Now.AddHours(left - 160), TimeSpan.FromHours(160), "shop.example.com");
        Assert.Equal(Now.AddHours(longest), NextDuringPause(facts));

        // Nor before it looks whether a person has done what the server waits for.
        Assert.Equal(Now.AddHours(longest), NextDuringPause(facts, GateKind.UserAction));
    }

    // Of a day and more.
    private static DateTimeOffset? NextDuringPause(CertificateFacts facts, GateKind kind = GateKind.Backoff)
    {
        var state = new LineageState
        {
            Gates = [new LineageGate { Kind = kind, Until = Now.AddHours(26), Reason = "because" }],
            LastAttempt = Now,
            Failures = 9,
            Advice = new LineageAdvice { Serial = facts.Serial, AskAgainAt = Now.AddDays(1) },
        };
        return LineagePlan.Next(Wants, new LineageStored(state, facts, false), Now).At;
    }

    /// <summary>What is down already is down a little longer only; and a site that is given up is not asked for again and again, for ever.</summary>
    [Theory]
    [InlineData(0.1, 0.25)]
    [InlineData(0, 0.25)]
    [InlineData(-1, 0.25)]
    [InlineData(-12, 0.5)]
    [InlineData(-24, 1)]
    [InlineData(-48, 2)]
    [InlineData(-24 * 40, 26)]
    public void waits_little_once_it_has_expired(double left, double longest)
    {
        Assert.Equal(Now.AddHours(longest), NextDuringPause(Certificate(Now.AddHours(left) - TimeSpan.FromDays(90), TimeSpan.FromDays(90), "shop.example.com")));
    }

    [Theory]
    [InlineData(2160, 720, 720, "the set graceperiod before it expires")]
    [InlineData(160, 720, 160, "always, for the set graceperiod is longer than its lifetime")]
    [InlineData(160, 1, 16, "shortly before it expires, for the set graceperiod is shorter")]
    [InlineData(2160, 0, 24, "shortly before it expires, for the set graceperiod is shorter")]
    public void counts_of_a_graceperiod_what_does_not_let_it_expire(double lifetime, double set, double counted, string why)
    {
        var facts = Certificate(Now, TimeSpan.FromHours(lifetime), "shop.example.com");

        Assert.Equal((facts.NotAfter.AddHours(-counted), why), LineagePlan.RenewalOf(facts, TimeSpan.FromHours(set), null));
    }

    /// <summary>Dokku's 30 days, and a certificate of a week: due as soon as it is there.</summary>
    [Fact]
    public void rests_longer_where_a_graceperiod_has_it_always_due_and_says_why()
    {
        var state = new LineageState { LastSuccess = Now, SuccessBefore = Now.AddMinutes(-1), Advice = NoAdvice };
        var step = LineagePlan.Next(
            Wants with { Grace = TimeSpan.FromDays(30) }, new LineageStored(state, Certificate(Now, TimeSpan.FromHours(160), "shop.example.com"), false), Now);

        Assert.Equal(GateKind.JustRenewed, step.Gate?.Kind);
        Assert.Equal(Now.AddMinutes(-1).AddHours(24), step.At);
        Assert.Contains("set a shorter one", step.Gate!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void is_held_back_by_what_a_server_asked_for_only_while_no_other_is_free()
    {
        LineageGate GateOf(string? server, double hours) => new() { Kind = GateKind.RetryAfter, Until = Now.AddHours(hours), Reason = "because", Server = server };
        DateTimeOffset? AtOf(params LineageGate[] gates) => LineagePlan.Next(
            Wants with { Grace = TimeSpan.FromDays(365), Servers = ["https://a.example/", "https://b.example/"] },
            new LineageStored(new LineageState { Gates = gates, Advice = NoAdvice }, Certificate(Now.AddDays(-1), TimeSpan.FromDays(90), "shop.example.com"), false),
            Now).At;

        Assert.True(AtOf(GateOf("https://a.example/", 2)) < Now);
        Assert.Equal(Now.AddHours(1), AtOf(GateOf("https://a.example/", 2), GateOf("https://b.example/", 1)));
        Assert.Equal(Now.AddHours(3), AtOf(GateOf("https://a.example/", 2), GateOf(null, 3)));
        Assert.True(AtOf(GateOf("https://no-longer-set.example/", 2)) < Now);
    }

    [Fact]
    public void lets_a_certificate_that_was_renewed_twice_rest_before_a_third_time()
    {
        var state = new LineageState { LastSuccess = Now, SuccessBefore = Now.AddMinutes(-1), Advice = NoAdvice };
        var step = LineagePlan.Next(
            Wants with { Grace = TimeSpan.FromDays(89) }, new LineageStored(state, Certificate(Now.AddDays(-2), TimeSpan.FromDays(90), "shop.example.com"), false), Now);
        Assert.Equal(GateKind.JustRenewed, step.Gate?.Kind);
        Assert.Equal(Now.AddMinutes(-1).AddHours(24), step.At);
    }

    [Fact]
    public void is_to_order_anew_what_was_had_while_the_clock_was_ahead_and_only_then()
    {
        var later = Certificate(Now.AddYears(8), TimeSpan.FromDays(90), "shop.example.com");
        var state = new LineageState { LastSuccess = Now.AddYears(8), SuccessBefore = Now, Advice = NoAdvice };
        var step = LineagePlan.Next(Wants, new LineageStored(state, later, false), Now);
        Assert.Equal((LineageAction.Order, Now), (step.Action, step.At));

        // A server whose clock is ahead must not be asked again and again.
        var lagging = LineagePlan.Next(Wants, new LineageStored(state with { LastSuccess = Now }, later, false), Now);
        Assert.False(lagging.IsDue(Now));
    }

    private static (LineageAction Action, bool IsDue) Due(LineageState state, CertificateFacts facts)
    {
        var step = LineagePlan.Next(Wants, new LineageStored(state, facts, false), Now);
        return (step.Action, step.IsDue(Now));
    }

    private static LineageAdvice NoAdvice { get; } = new() { Serial = "0A0B", AskAgainAt = Now.AddDays(1) };

    private static CertificateFacts Certificate(DateTimeOffset from, TimeSpan lifetime, string name) => new()
    {
        Names = [name],
        Issuer = "CN=Some Authority",
        Subject = "",
        NotBefore = from,
        NotAfter = from + lifetime,
        Serial = "0A0B",
        SelfIssued = false,
    };
}
