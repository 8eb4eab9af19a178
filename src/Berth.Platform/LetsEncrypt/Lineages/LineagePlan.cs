using System.Globalization;
using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// Decides what is next for a certificate: wanted and stored state in, one step out. Pure, and asked anew at every look, so that a
/// crash, a clock that jumps or a hand that edits files cannot make anything be forgotten.
/// </summary>
public static class LineagePlan
{
    private const int MostTold = 3;

    // Four an hour: below what a server takes of failed proofs. Of a certificate of hours or minutes it is a part that leaves time for some tries.
    private static readonly TimeSpan LongestLeast = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ShortestLeast = TimeSpan.FromMinutes(1);

    // The longest a server is left alone that may want a certificate renewed sooner, and a person who must set something.
    private static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    // Left to whoever has just set what was missing, to ask by hand; and to whoever is just writing a certificate's files.
    private static readonly TimeSpan Courtesy = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LeastGrace = TimeSpan.FromDays(1);

    public static LineageStep Next(LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        var step = WhollyGated(Wish(wants, stored, now));
        if (step is not { Action: LineageAction.Order or LineageAction.Resume } || stored is not { InService: { } facts, Damage: null })
        {
            return step;
        }

        if (step.Gate is null)
        {
            var alone = RenewalStep(wants, stored, facts);
            var due = WhollyGated(alone);
            return wants.WhyNot is null && due.IsDue(now) && RenewalFirst.Is(wants, stored, alone.At!.Value, now)
                ? Beside(due, step with { Why = WhyMissing(More() is { Count: > 0 } more ? more : stored.Besides(wants.Names), "asked for after that") })
                : step;
        }

        // What waits keeps the names that are on the certificate from no renewal, and the server from no question.
        var renewal = WhollyGated(AskedFirst(RenewalStep(wants, stored, facts), wants, stored, facts, now));
        return renewal.OfCertificate.At < step.At ? Beside(renewal, WhatWaits(step)) : WhollyGated(AskedFirst(WithRenewal(step), wants, stored, facts, now));

        IReadOnlyList<DomainName> More() => [.. Missing(wants, stored, now)];

        LineageStep WhatWaits(LineageStep step) => More() is { Count: > 0 } more ? step with { Why = WhyMissing(more) } : step;

        // What holds the names back holds a renewal that is due back, too.
        LineageStep WithRenewal(LineageStep step) => RenewalStep(wants, stored, facts).IsDue(now) ? step with { Why = $"renewal is due; {WhatWaits(step).Why}" } : step;

        LineageStep WhollyGated(LineageStep wish) => Gated(wish, wants, stored, now) with { Then = wish.Then is { } then ? Gated(then, wants, stored, now) : null };
    }

    /// <summary>The renewal of the certificate that is in service, whatever may come before it.</summary>
    public static LineageStep RenewalAlone(LineageWants wants, LineageStored stored, DateTimeOffset now) =>
        Gated(RenewalStep(wants, stored, stored.InService!), wants, stored, now);

    private static LineageStep Gated(LineageStep wish, LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        wish = wish with { Obstacle = wants.WhyNot, LeftOut = wants.LeftOut, Refusal = RefusalOf(wants, stored) };
        return wish.At is { } at && LatestGate(wish, wants, stored, now) is { } gate && gate.Until > at
            ? wish with { At = gate.Until, Gate = gate }
            : wish;
    }

    private static LineageStep Beside(LineageStep renewal, LineageStep held) =>
        renewal.Then is { } then ? renewal with { Then = then with { Beside = held } } : renewal with { Beside = held };

    private static string WhyMissing(IReadOnlyList<DomainName> names, string after = "")
    {
        var isOrAre = names.Count == 1 ? "is" : "are";
        var others = names.Count > MostTold ? $" and {names.Count - MostTold} more" : "";
        return $"{string.Join(", ", names.Take(MostTold))}{others} {isOrAre} not on the certificate{(after.Length == 0 ? "" : $", and {isOrAre} {after}")}";
    }

    // Another than the attempt met is no words of then.
    private static LineageFailure? RefusalOf(LineageWants wants, LineageStored stored) =>
        wants.WhyNot is not { Code.IsOfSettings: true } why || stored.State.Refusal is not { Why: var told } ? null
        : LineageFailure.Of(why, told.Found == why.Found ? told.At : null);

    /// <summary>When a certificate is renewed, and why then.</summary>
    public static (DateTimeOffset At, string Why) RenewalOf(CertificateFacts facts, TimeSpan? grace, LineageAdvice? advice)
    {
        var counted = grace is { } set ? GraceOf(facts, set) : (TimeSpan?)null;
        var own = RenewalTime.Of(facts.NotBefore, facts.NotAfter, counted, counted is null ? Spread(facts.Serial) : 0);
        var why = counted is null ? "before it expires"
            : counted >= facts.NotAfter - facts.NotBefore ? "always, for the set graceperiod is longer than its lifetime"
            : counted > grace ? "shortly before it expires, for the set graceperiod is shorter"
            : "the set graceperiod before it expires";
        if (PlanFor(facts, advice) is not { } plan)
        {
            return (own, counted is null ? $"a part of its lifetime {why}" : why);
        }

        // A server may ask for it sooner than its owner would, but not so late that it could lapse.
        var latest = grace is null ? facts.NotAfter - (facts.NotAfter - facts.NotBefore) / 10 : own;
        return plan.RenewAt <= latest
            ? (plan.RenewAt, "a time chosen in the window that the server suggests" + Because(plan))
            : (latest, $"{why}, though the time chosen in the server's window is later{Because(plan)}");
    }

    // A renewal that fails at first is to have time for a second try.
    private static TimeSpan GraceOf(CertificateFacts facts, TimeSpan set)
    {
        var part = (facts.NotAfter - facts.NotBefore) / 10;
        var least = part < LeastGrace ? part : LeastGrace;
        return set < least ? least : set;
    }

    // An authority that wants certificates replaced early has a page for their owners.
    private static string Because(RenewalPlan plan) => plan.ExplanationUrl is { } page ? $" because of {Printable.Of(page, 200)}" : "";

    /// <summary>The names that are wanted, not carried, and not known to fail for now.</summary>
    public static IEnumerable<DomainName> Missing(LineageWants wants, LineageStored stored, DateTimeOffset now) => wants.Names.Where(name =>
        !CertificateNames.Cover(stored.InService?.Names ?? [], name) && !(stored.State.FailingUntil(name.Text) is { } until && until > now && until <= now + RetryLadder.Longest));

    /// <summary>Whether the certificate was had while the clock was ahead: no visitor takes it yet, and its renewal is as far off as the clock was.</summary>
    public static bool IsOfAnotherClock(LineageStored stored, DateTimeOffset now) => stored.InService?.NotBefore > now && stored.State.LastSuccess > now;

    /// <summary>Whether an attempt would be made during a pause after a failure: by hand, for the daemon waits until the step is due.</summary>
    public static bool IsEarly(LineageStored stored, LineageStep step, DateTimeOffset now) =>
        !step.OfCertificate.IsDue(now)
        && (stored.State.Failing.Any(name => name.RetryAt > now) || Standing(stored, now).Any(gate => gate.Kind == GateKind.Backoff && gate.Until > now));

    private static LineageStep Wish(LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        if (stored.Damage is { IsKept: true } damage)
        {
            return new LineageStep(
                LineageAction.Restore, Settled(damage.Changed, now), $"{damage.Found}: the certificate is served from the copy that is kept of it, which is put back");
        }

        if (stored.HasOpenOrder)
        {
            return new LineageStep(LineageAction.Resume, now, WhyResumed(wants, stored));
        }

        if (stored.Damage is { } lost)
        {
            return new LineageStep(LineageAction.Order, Settled(lost.Changed, now), $"{lost.Found}, and no whole copy is kept: it is not served, and another is ordered");
        }

        if (stored.InService is not { } facts)
        {
            return wants.WhyNot is null && First(wants, stored, now) is { } first
                ? first
                : new LineageStep(LineageAction.None, null, WhyNone(wants, stored)) { GoesOnOnceMended = wants.WhyNot is not null && (wants.ByDefault || wants.MendedAt is not null || stored.State.AskedAt is not null) };
        }

        if (Missing(wants, stored, now).ToArray() is { Length: > 0 } missing)
        {
            return new LineageStep(LineageAction.Order, now, WhyMissing(missing));
        }

        if (IsOfAnotherClock(stored, now))
        {
            return new LineageStep(LineageAction.Order, now, "the certificate is not valid yet: it was had while this machine's clock was ahead");
        }

        return Renewal(wants, stored, facts, now);
    }

    private static string WhyResumed(LineageWants wants, LineageStored stored) =>
        stored.Order is not { } order || wants.WhyNot is not null || wants.Names.Count == 0 || wants.Servers.Count == 0 ? "an order that was begun is gone on with"
        : !wants.Servers.Contains(order.DirectoryUrl) ? "an order that was begun is at a server that is not asked any more, and another is placed"
        : !IsFor(order, [.. wants.Names.Select(name => name.Text)], stored.State)
            && !(stored.InService is { } facts && order.IsFor([.. wants.Names.Where(name => CertificateNames.Cover(facts.Names, name)).Select(name => name.Text)])) ? "an order that was begun is for other names, and another is placed"
        : wants.Servers.Count > 1 ? $"an order that was begun is gone on with at {new Uri(order.DirectoryUrl).Authority}, unless another server is asked instead"
        : "an order that was begun is gone on with";

    // Also without those that had failed before it was placed.
    private static bool IsFor(PendingOrder order, string[] names, LineageState state) =>
        order.IsFor(names) || (order.Names.Count > 0 && state.AreLeftOf(names, order.Names, [.. order.LeftOut.Select(name => name.Name)]));

    private static LineageStep Renewal(LineageWants wants, LineageStored stored, CertificateFacts facts, DateTimeOffset now)
    {
        var renewal = RenewalStep(wants, stored, facts);
        return AskedFirst(Retry(wants, stored) is { } retry && retry.At < renewal.At ? retry : renewal, wants, stored, facts, now);
    }

    private static LineageStep RenewalStep(LineageWants wants, LineageStored stored, CertificateFacts facts)
    {
        var (at, why) = RenewalOf(facts, wants.Grace, stored.State.Advice);
        var silence = Unanswered(facts, stored.State);
        var unknown = silence.Length > 0 && PlanFor(facts, stored.State.Advice) is null ? "; of whether the server wants it sooner nothing is known" : "";
        return new LineageStep(LineageAction.Renew, at, $"renewal, {why}{unknown}{silence}");
    }

    // Until then the server is asked now and then whether it wants it sooner.
    private static LineageStep AskedFirst(LineageStep next, LineageWants wants, LineageStored stored, CertificateFacts facts, DateTimeOffset now)
    {
        // One further off was noted under another clock.
        var ask = AskAt(facts, stored.State) is var noted && noted > now + LongestSilence ? now : noted;
        if (!(ask < next.At))
        {
            return next;
        }

        var (at, why) = RenewalOf(facts, wants.Grace, stored.State.Advice);
        var before = next.Action == LineageAction.Renew ? "" : $"{next.Why}; otherwise ";
        return new LineageStep(LineageAction.AskAdvice, ask, $"{before}renewal on {Minute(at)}, {why}; {Asked(stored.State)}{Unanswered(facts, stored.State)}") { Then = next };
    }

    private static string Asked(LineageState state) => state is { Advice: null, AskAdviceAt: not null }
        ? "the server advised no time when it issued it, and is asked now and then whether it does by now"
        : "until then the server is asked whether it wants it sooner";

    // Of several each its own.
    private static string Reasons(FailingName[] failing) => failing.Select(name => name.Words).Distinct().Count() == 1
        ? Printable.Of(failing[0].Words.TrimEnd('.'), 300)
        : string.Join("; ", failing.Take(MostTold).Select(name => Printable.Of(Sentences.OfName(name.Name, name.Words).TrimEnd('.'), 300)));

    private static LineageStep? Retry(LineageWants wants, LineageStored stored)
    {
        // One that the certificate carries waits for its renewal.
        FailingName[] failing = [.. stored.State.Failing.Where(name =>
            wants.Names.FirstOrDefault(wanted => wanted.Text == name.Name) is { } wanted && !CertificateNames.Cover(stored.InService?.Names ?? [], wanted))];
        return failing.Length == 0
            ? null
            : new LineageStep(LineageAction.Order, failing.Min(name => name.RetryAt), $"{string.Join(", ", failing.Take(MostTold).Select(name => name.Name))} {(failing.Length == 1 ? "is" : "are")} not on the certificate and to be tried again: {Reasons(failing)}");
    }

    // The file may be written by hand.
    private static string Unanswered(CertificateFacts facts, LineageState state) =>
        state.Advice is { Unanswered: { Length: > 0 } why } advice && advice.Serial == facts.Serial
            ? $"; when it was asked last{At(advice.UnansweredAt)}: {Printable.Of(Sentences.Inside(why), LineageAdvice.LongestWords).TrimEnd('.')}"
            : "";

    // A time that has not come was written under another clock.
    private static DateTimeOffset Settled(DateTimeOffset changed, DateTimeOffset now) =>
        changed <= now && changed + Courtesy > now ? changed + Courtesy : now;

    private static LineageStep? First(LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        if (wants.MendedAt is not { } mended || stored.State.Refusal is not { Why: var why })
        {
            return wants.ByDefault ? new LineageStep(LineageAction.Order, now, "it has no certificate yet, and gets one by default")
                : stored.State.AskedAt is not null ? new LineageStep(LineageAction.Order, now, "it was asked for, and is to be ordered as soon as nothing holds it back")
                : null;
        }

        // Who sets it may be about to ask again.
        return new LineageStep(
            LineageAction.Order,
            wants.ByDefault ? now : Settled(mended, now),
            $"it was asked for{At(why.At)} and could not be ordered: {Sentences.Inside(why.Found).TrimEnd('.')}; settings have changed since, and it is to be ordered again");
    }

    private static string At(DateTimeOffset? time) => time is { } at ? $" on {Minute(at)}" : "";

    private static string Minute(DateTimeOffset? time) => string.Create(CultureInfo.InvariantCulture, $"{time?.UtcDateTime:yyyy-MM-dd HH:mm} UTC");

    private static string WhyNone(LineageWants wants, LineageStored stored) =>
        wants.WhyNot is { } why ? $"a certificate {(wants.ByDefault ? "is wanted by default" : "was asked for")} and cannot be ordered: {Sentences.Inside(why.Found)}"
        : stored.State.LastFailure is null ? "no certificate is asked for"
        : "its certificate could not be had";

    private static DateTimeOffset AskAt(CertificateFacts facts, LineageState state) =>
        state.Advice is { } advice && advice.Serial == facts.Serial ? advice.AskAgainAt : state.AskAdviceAt ?? state.LastSuccess ?? facts.NotBefore;

    private static RenewalPlan? PlanFor(CertificateFacts facts, LineageAdvice? advice) =>
        advice?.Serial == facts.Serial ? advice.Plan : null;

    /// <summary>
    /// What holds the next attempt back, each as long as it counts. A gate further away than any is set was set under another clock, and says nothing; the pause
    /// after a failure, and the wait for a person, are the shorter the less time is left.
    /// </summary>
    internal static IEnumerable<LineageGate> Standing(LineageStored stored, DateTimeOffset now) => stored.State.Gates
        .Where(gate => gate.Until <= now + RetryLadder.Longest && !(gate.Kind == GateKind.RolledBack && stored is not { InService: not null, Damage: null }))
        .Select(gate => gate.Kind is GateKind.Backoff or GateKind.UserAction ? Hurried(gate, stored) : gate);

    private static LineageGate? LatestGate(LineageStep step, LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        if (step.Action is LineageAction.AskAdvice or LineageAction.Restore)
        {
            return null;
        }

        LineageGate[] gates =
        [
            .. Standing(stored, now).Where(gate => gate.Holds(isRenewal: step.Action == LineageAction.Renew)),
            .. new[] { step.Action == LineageAction.Renew ? RenewalRest.Of(stored, wants.Grace, now) : null, Refused(step, stored, now) }.OfType<LineageGate>(),
        ];

        // What one server asked for holds no other back: it waits for the first that is free.
        return wants.Servers.Count == 0
            ? gates.MaxBy(gate => gate.Until)
            : wants.Servers.Select(server => gates.Where(gate => (gate.Server is null || gate.Server == server) && gate.Except?.Contains(server) != true).MaxBy(gate => gate.Until))
                .MinBy(gate => gate?.Until ?? DateTimeOffset.MinValue);
    }

    // The less time a certificate has left, the less of it one wait may take: an outage of days must not outlast a short one. Once it has expired
    // nobody is served: the waits grow slowly from there, to a day again in some weeks, or a server would pause the names of a site that is given up.
    private static LineageGate Hurried(LineageGate gate, LineageStored stored)
    {
        return stored.State.LastAttempt is { } attempt ? gate with { Until = Sooner(gate.Until, attempt, stored) } : gate;
    }

    private static DateTimeOffset Sooner(DateTimeOffset until, DateTimeOffset since, LineageStored stored)
    {
        if (stored.InService is not { } facts)
        {
            return until;
        }

        var share = facts.NotAfter > since ? (facts.NotAfter - since) / 8 : (since - facts.NotAfter) / 24;
        var least = Spans.Longer(Spans.Shorter((facts.NotAfter - facts.NotBefore) / 16, LongestLeast), ShortestLeast);
        var latest = since + Spans.Longer(share, least);
        return until > latest ? latest : until;
    }

    // Somebody must set what is missing, which is seen at once: it is told of once a day.
    private static LineageGate? Refused(LineageStep step, LineageStored stored, DateTimeOffset now) =>
        step.Refusal is { Found: var found } && stored.State.Refusal?.Why.At is { } at && Sooner(at + LongestSilence, at, stored) is var until && until <= now + RetryLadder.Longest
            ? new LineageGate { Kind = GateKind.UserAction, Until = until, Reason = Sentences.Inside(found) }
            : null;

    // The same certificate always gets the same place in the spread, so its renewal time does not wander.
    private static double Spread(string serial) =>
        ulong.TryParse(serial.AsSpan(Math.Max(0, serial.Length - 8)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var tail)
            ? tail / (double)uint.MaxValue
            : 0;
}
