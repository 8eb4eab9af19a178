using System.Globalization;
using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// Decides what is next for a certificate: wanted and stored state in, one step out. Pure, and asked anew at every look, so that a
/// crash, a clock that jumps or a hand that edits files cannot make anything be forgotten.
/// </summary>
public static class LineagePlan
{
    /// <summary>The longest a server is left alone that may want a certificate renewed sooner, and a person who must set something.</summary>
    internal static readonly TimeSpan LongestSilence = TimeSpan.FromDays(1);

    // Left to whoever has just set what was missing, to ask by hand; and to whoever is just writing a certificate's files.
    private static readonly TimeSpan Courtesy = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan LeastGrace = TimeSpan.FromDays(1);

    public static LineageStep Next(LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        var step = WhollyGated(Wish(wants, stored, now), wants, stored, now);
        return step is not { Action: LineageAction.Order or LineageAction.Resume } || stored is not { InService: { } facts, Damage: null } ? step
            : step.Gate is null ? RenewalOrOrder(step, wants, stored, facts, now)
            : WhileHeld(step, wants, stored, facts, now);
    }

    // An order could go now: a renewal that is due may come before it.
    private static LineageStep RenewalOrOrder(LineageStep order, LineageWants wants, LineageStored stored, CertificateFacts facts, DateTimeOffset now)
    {
        var renewal = RenewalStep(wants, stored, facts);
        var gated = WhollyGated(renewal, wants, stored, now);
        if (wants.WhyNot is not null || !gated.IsDue(now) || !RenewalFirst.Is(wants, stored, renewal.At!.Value, now))
        {
            return order;
        }

        var missing = Missing(wants, stored, now).ToArray();
        return Beside(gated, order with { Why = LineageWhy.Missing(missing.Length > 0 ? missing : stored.Besides(wants.Names), "asked for after that") });
    }

    // What waits keeps the names that are on the certificate from no renewal, and the server from no question.
    private static LineageStep WhileHeld(LineageStep order, LineageWants wants, LineageStored stored, CertificateFacts facts, DateTimeOffset now)
    {
        var renewal = RenewalStep(wants, stored, facts);
        var before = WhollyGated(AskedFirst(renewal, wants, stored, facts, now), wants, stored, now);
        var missing = Missing(wants, stored, now).ToArray();
        var held = missing.Length > 0 ? order with { Why = LineageWhy.Missing(missing) } : order;
        if (before.OfCertificate.At < order.At)
        {
            return Beside(before, held);
        }

        // A renewal that is due is held back by the same.
        held = renewal.IsDue(now) ? held with { Why = $"renewal is due; {held.Why}" } : order;
        return WhollyGated(AskedFirst(held, wants, stored, facts, now), wants, stored, now);
    }

    /// <summary>The renewal of the certificate that is in service, whatever may come before it.</summary>
    public static LineageStep RenewalAlone(LineageWants wants, LineageStored stored, DateTimeOffset now) =>
        Gated(RenewalStep(wants, stored, stored.InService!), wants, stored, now);

    private static LineageStep WhollyGated(LineageStep wish, LineageWants wants, LineageStored stored, DateTimeOffset now) =>
        Gated(wish, wants, stored, now) with { Then = wish.Then is { } then ? Gated(then, wants, stored, now) : null };

    private static LineageStep Gated(LineageStep wish, LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        wish = wish with { Obstacle = wants.WhyNot, LeftOut = wants.LeftOut, Refusal = RefusalOf(wants, stored) };
        return wish.At is { } at && StandingGates.Latest(wish, wants, stored, now) is { } gate && gate.Until > at
            ? wish with { At = gate.Until, Gate = gate }
            : wish;
    }

    private static LineageStep Beside(LineageStep renewal, LineageStep held) =>
        renewal.Then is { } then ? renewal with { Then = then with { Beside = held } } : renewal with { Beside = held };

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
        && (stored.State.Failing.Any(name => name.RetryAt > now) || StandingGates.Of(stored, now).Any(gate => gate.Kind == GateKind.Backoff && gate.Until > now));

    private static LineageStep Wish(LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        if (stored.Damage is { IsKept: true } damage)
        {
            return new LineageStep(
                LineageAction.Restore, Settled(damage.Changed, now), $"{damage.Found}: the certificate is served from the copy that is kept of it, which is put back");
        }

        if (stored.HasOpenOrder)
        {
            return new LineageStep(LineageAction.Resume, now, LineageWhy.Resumed(wants, stored));
        }

        if (stored.Damage is { } lost)
        {
            return new LineageStep(LineageAction.Order, Settled(lost.Changed, now), $"{lost.Found}, and no whole copy is kept: it is not served, and another is ordered");
        }

        if (stored.InService is not { } facts)
        {
            return wants.WhyNot is null && First(wants, stored, now) is { } first ? first : Nothing(wants, stored);
        }

        if (Missing(wants, stored, now).ToArray() is { Length: > 0 } missing)
        {
            return new LineageStep(LineageAction.Order, now, LineageWhy.Missing(missing));
        }

        if (IsOfAnotherClock(stored, now))
        {
            return new LineageStep(LineageAction.Order, now, "the certificate is not valid yet: it was had while this machine's clock was ahead");
        }

        return Renewal(wants, stored, facts, now);
    }

    private static LineageStep Renewal(LineageWants wants, LineageStored stored, CertificateFacts facts, DateTimeOffset now)
    {
        var renewal = RenewalStep(wants, stored, facts);
        return AskedFirst(Retry(wants, stored) is { } retry && retry.At < renewal.At ? retry : renewal, wants, stored, facts, now);
    }

    private static LineageStep RenewalStep(LineageWants wants, LineageStored stored, CertificateFacts facts)
    {
        var (at, why) = RenewalOf(facts, wants.Grace, stored.State.Advice);
        var silence = LineageWhy.Unanswered(facts, stored.State);
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
        return new LineageStep(LineageAction.AskAdvice, ask, $"{before}renewal on {LineageWhy.Minute(at)}, {why}; {LineageWhy.Asked(stored.State)}{LineageWhy.Unanswered(facts, stored.State)}") { Then = next };
    }

    private static LineageStep? Retry(LineageWants wants, LineageStored stored)
    {
        // One that the certificate carries waits for its renewal.
        FailingName[] failing = [.. stored.State.Failing.Where(name =>
            wants.Names.FirstOrDefault(wanted => wanted.Text == name.Name) is { } wanted && !CertificateNames.Cover(stored.InService?.Names ?? [], wanted))];
        return failing.Length == 0
            ? null
            : new LineageStep(LineageAction.Order, failing.Min(name => name.RetryAt), LineageWhy.Retried(failing));
    }

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
        return new LineageStep(LineageAction.Order, wants.ByDefault ? now : Settled(mended, now), LineageWhy.Mended(why));
    }

    private static LineageStep Nothing(LineageWants wants, LineageStored stored) => new(LineageAction.None, null, LineageWhy.Nothing(wants, stored))
    {
        GoesOnOnceMended = wants.WhyNot is not null && (wants.ByDefault || wants.MendedAt is not null || stored.State.AskedAt is not null),
    };

    private static DateTimeOffset AskAt(CertificateFacts facts, LineageState state) =>
        state.Advice is { } advice && advice.Serial == facts.Serial ? advice.AskAgainAt : state.AskAdviceAt ?? state.LastSuccess ?? facts.NotBefore;

    private static RenewalPlan? PlanFor(CertificateFacts facts, LineageAdvice? advice) =>
        advice?.Serial == facts.Serial ? advice.Plan : null;

    // The same certificate always gets the same place in the spread, so its renewal time does not wander.
    private static double Spread(string serial) =>
        ulong.TryParse(serial.AsSpan(Math.Max(0, serial.Length - 8)), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var tail)
            ? tail / (double)uint.MaxValue
            : 0;
}
