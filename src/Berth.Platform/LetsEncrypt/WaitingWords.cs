using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What an app's certificate waits for, and why, in one sentence: the same in every command that tells of it.</summary>
public sealed class WaitingWords(
    LineageReader reader, LineageFiles lineages, ICertificateManager manager, CertificateFiles certificates, OrdersUnderWay underWay, AutoRenewal renewal, RenewalQueue queue, TimeProvider time)
{
    /// <summary>Called with an app of which something is told that the daemon may not know yet: then it looks, and does it when it is said to.</summary>
    public Action<AppName> Noticed { get; init; } = static _ => { };

    /// <param name="app">Whose.</param>
    /// <param name="stored">What there is of it.</param>
    /// <param name="step">What is next for it.</param>
    public string Of(AppName app, LineageStored stored, LineageStep step)
    {
        if (step.OfCertificate.Action is LineageAction.Restore or LineageAction.Resume)
        {
            Noticed(app);
        }

        // What only the daemon would ask nobody asks where it is off.
        step = renewal.IsOn ? step : step.OfCertificate;
        var waits = step.Action != LineageAction.None ? Off(app, step) + Joined(GateWords.Of(step, time.GetUtcNow()), Turn(app, step), Obstacle(app, step, time.GetUtcNow()) + Failing(stored, step) + ByHand(app, stored))
            : manager.IsAtWork(app) ? ""
            : WhyNothing(app, stored, step);
        return Expired(stored) + (underWay.SentenceOf(app) ?? AtWork(app, step) + waits + Trouble(app, step));
    }

    /// <summary>When that comes, in a word or two.</summary>
    public string When(AppName app, LineageStep step) => IsUnderWay(app) ? "now"
        : step.OfCertificate.At is { } at
        ? renewal.IsOn ? Until(at) : "by hand"
        : manager.IsAtWork(app) ? "now"
        : IsTakenUpOnceMended(step) ? "once mended" : "by hand";

    /// <summary>What it waits for, in a word or two.</summary>
    public string What(AppName app, LineageStored stored, LineageStep step) => step.OfCertificate.Action switch
    {
        _ when IsUnderWay(app) => "order",
        LineageAction.None when manager.IsAtWork(app) => "under way",
        LineageAction.None when IsTakenUpOnceMended(step) => "order, once mended",
        LineageAction.None when step.Obstacle is not null || IsAskedForInVain(stored) => "order, by hand",
        LineageAction.None => "nothing",
        LineageAction.Restore => "put the certificate back",
        LineageAction.Resume => "go on with the order",
        LineageAction.Order => "order",
        _ => "renew",
    };

    /// <summary>Whether a server is being asked for a certificate now.</summary>
    public bool IsUnderWay(AppName app) => underWay.IsOrdered(app);

    /// <summary>What a server is being asked for now; null where none is.</summary>
    public string? UnderWayOf(AppName app) => underWay.SentenceOf(app);

    /// <summary>When its next attempt comes, or that it is here; null where none does.</summary>
    public DateTimeOffset? NextOf(AppName app, LineageStep step) => IsUnderWay(app) ? time.GetUtcNow() : step.OfCertificate.At;

    public string Until(DateTimeOffset at) => at - time.GetUtcNow() is var left && left < TimeSpan.FromSeconds(1) ? "due" : $"in {RemainingTime.Format(left)}";

    /// <returns>What a first certificate waits for that is wanted and not there; null for any other app, and for one whose files cannot be read.</returns>
    public string? OfFirst(AppName app)
    {
        try
        {
            var (stored, step) = reader.ReadOf(app);
            return certificates.Exists(app)
                ? stored is { InService: null, State.AskedAt: not null } ? $"{app} is to have another certificate than the one that was installed by hand: {Of(app, stored, step)}"
                    : stored.InService is null && IsAskedForInVain(stored) ? $"{app} could not have another certificate than the one that was installed by hand: {Of(app, stored, step)}"
                    : null
                : IsToBeHad(app, stored, step) ? $"{app} has no certificate: {Of(app, stored, step)}"
                : null;
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    /// <summary>What is wrong with this machine's clock, as the server of the app's last attempt saw it, and what to do; null where nothing is.</summary>
    public (string Found, string Remedy)? OfClock(AppName app) =>
        reader.StoredOf(app).State is { ClockSkew: { } skew } state && ClockWords.IsWrong(skew) ? (ClockWords.Of(state)!, ClockWords.Remedy) : null;

    /// <summary>Whether there is anything to tell: most apps without a certificate were never asked for one.</summary>
    public bool IsWorthTelling(AppName app, LineageStored stored, LineageStep step) =>
        IsComing(app, stored, step) || step.Obstacle is not null || IsTakenAway(app, stored) || IsExpired(app, stored);

    /// <summary>Everything that is still shut before an attempt, in one line; a pause, or one that was put back, only where that holds something back.</summary>
    /// <param name="stored">What there is of the certificate.</param>
    /// <param name="step">What is next for it.</param>
    /// <param name="besides">Whether to leave out what <see cref="Of"/> and the last failure say already.</param>
    public string GatesOf(LineageStored stored, LineageStep step, bool besides = false)
    {
        var now = time.GetUtcNow();
        LineageGate[] standing = [.. StandingGates.Of(stored, now)];
        return GateWords.Of(
            [
                .. step.OfCertificate.Gate is { } own && !besides && !standing.Contains(own) ? [own] : Array.Empty<LineageGate>(),
                .. standing.Where(gate => gate.Kind is GateKind.Backoff or GateKind.RolledBack
                    ? !besides && step.OfCertificate.Gate is not null
                    : !besides || (gate != step.OfCertificate.Gate && gate != step.OfCertificate.Beside?.Gate)),
            ],
            now);
    }

    private bool IsTakenUpOnceMended(LineageStep step) => step.GoesOnOnceMended && renewal.IsOn;

    // By default every app is to have one as soon as it has domains; until then there is nothing to tell of it among certificates.
    private bool IsToBeHad(AppName app, LineageStored stored, LineageStep step) =>
        IsComing(app, stored, step) || stored.State.Refusal is not null || (step.Obstacle is { } why && why.Code != LetsEncryptProblems.DomainsMissing);

    private bool IsComing(AppName app, LineageStored stored, LineageStep step) =>
        step.Action != LineageAction.None || IsAskedForInVain(stored) || manager.IsAtWork(app);

    private bool IsTakenAway(AppName app, LineageStored stored) => stored is { InService: null, State.LastSuccess: not null } && !certificates.Exists(app);

    // One that was installed by hand: of a server's own an end is told before anything else.
    private bool IsExpired(AppName app, LineageStored stored) => stored.InService is null && certificates.Exists(app) && certificates.Facts(app)?.NotAfter <= time.GetUtcNow();

    private static bool IsAskedForInVain(LineageStored stored) => (stored.State.LastFailure ?? stored.Overtaken) is not null;

    private string Expired(LineageStored stored) =>
        stored.InService is { } facts && facts.NotAfter <= time.GetUtcNow() ? $"it has EXPIRED on {Holds.Time(facts.NotAfter)}; " : "";

    // Before a server is asked for a certificate there is a look at DNS, which may take a while. Being asked for advice is nothing to wait for.
    private string AtWork(AppName app, LineageStep step) =>
        (step.Action == LineageAction.None || (step.Action != LineageAction.AskAdvice && step.IsDue(time.GetUtcNow()))) && manager.IsAtWork(app)
            ? step.Action == LineageAction.None ? "it is being worked on now" : "it is being worked on now; until that is done: "
            : "";

    private string Off(AppName app, LineageStep step)
    {
        if (renewal.IsOn)
        {
            return "";
        }

        var from = step.At is not { } at ? "" : at <= time.GetUtcNow() ? ", which is due now" : $", from {Holds.Time(at)} on";
        return $"renewal by the daemon is off (`berth letsencrypt:cron-job --add` turns it on): by hand alone, with `berth letsencrypt:auto-renew {app}`{from}; ";
    }

    // So many at a time at one server; and of very many apps the daemon asks some at each look.
    private string Turn(AppName app, LineageStep step) =>
        step.Action == LineageAction.AskAdvice || !step.IsDue(time.GetUtcNow()) || !renewal.IsOn || manager.IsAtWork(app) ? ""
        : queue.PlaceOf(app) is { } before ? before == 0 ? "; its turn is next" : $"; it waits for its turn, with {before} before it"
        : queue.Round is { } round ? $"; the daemon comes to it within {RemainingTime.Format(round)}"
        : "";

    private static string Joined(string first, string second, string third) => (second + third).Length == 0 ? first : first.TrimEnd('.') + second + third;

    // Told before it is due, while there is time to mend it.
    private static string Obstacle(AppName app, LineageStep step, DateTimeOffset now) =>
        step is { Obstacle: { } told } && step.OfCertificate.Gate is { Kind: GateKind.UserAction, Server: null, Until: var until } && until > now ? $" ({Sentences.Standing(told.Remedy, app)})"
        : step is { Action: not LineageAction.Restore, Obstacle: { } why } && !step.Why.Contains(Sentences.Inside(why.Found).TrimEnd('.'), StringComparison.Ordinal) ? $"; as things are it could not be ordered: {Printable.Of(Sentences.Inside(why.Found).TrimEnd('.'), 400)} ({Sentences.Standing(why.Remedy, app)})"
        : step is { Obstacle: null, LeftOut: [var first, ..] } ? $"; left out as things are: {Printable.Of(Sentences.Inside(first.Found).TrimEnd('.'), 400)}{(step.LeftOut.Count > 1 ? $", and {step.LeftOut.Count - 1} more" : "")}"
        : "";

    private string ByHand(AppName app, LineageStored stored) =>
        stored is { InService: null, State.AskedAt: not null } && certificates.Exists(app) ? $"; until then the one that was installed by hand {Stays(app)}" : "";

    private string Kept(AppName app, LineageStored stored) => stored.InService is null && certificates.Exists(app) ? $" The one that was installed by hand {Stays(app)}." : "";

    private string Stays(AppName app) =>
        certificates.Facts(app)?.NotAfter is not { } expires ? "stays" : expires <= time.GetUtcNow() ? $"has EXPIRED on {Holds.Time(expires)}" : "stays";

    // What the step itself does not say.
    private static string Failing(LineageStored stored, LineageStep step) =>
        stored.State.Failing.FirstOrDefault(failing => !step.Why.Contains(failing.Name, StringComparison.Ordinal)) is { } name && step.OfCertificate.Action != LineageAction.Resume
            ? $"; not proved the last time: {Printable.Of(Sentences.OfName(name.Name, name.Words).TrimEnd('.'), 400)}"
            : "";

    /// <summary>A step that has its time, and what would keep it from being done then.</summary>
    public static string OfStep(AppName app, LineageStep step, DateTimeOffset now) => Joined(GateWords.Of(step, now), "", Obstacle(app, step, now));

    // What cannot be remembered on disk, for that may be what is wrong.
    private string Trouble(AppName app, LineageStep step) =>
        step.Action != LineageAction.None && lineages.UnkeptOf(app) is { } trouble
            ? $"; tried last at {Holds.Time(trouble.At!.Value)}: {Printable.Of(Sentences.Inside(trouble.Found).TrimEnd('.'), 600)} ({Sentences.Standing(trouble.Remedy, app)})"
            : "";

    private string WhyNothing(AppName app, LineageStored stored, LineageStep step) =>
        step.Obstacle is { } why ? $"{step.Why.TrimEnd('.')} ({Sentences.Standing(why.Remedy, app)})"
        : stored.State.LastFailure is { } failure ? $"{step.Why}, and is not tried again by itself; once it is mended: `berth letsencrypt:enable {app}`.{Kept(app, stored)} What was found: {Printable.Of(Sentences.Inside(failure.Found), 600)}"
        : stored.Overtaken is { } past ? $"its certificate could not be had, and its domains or servers are others since: `berth letsencrypt:enable {app}` asks for one.{Kept(app, stored)} What was found: {Printable.Of(Sentences.Inside(past.Found), 600)}"
        : certificates.DamageOf(app) is { } damage ? $"a certificate that was installed by hand cannot be served: {damage.Found.TrimEnd('.')}; `berth certs:add {app} server.crt server.key` installs it again, `berth letsencrypt:enable {app}` gets another"
        : IsExpired(app, stored) ? $"a certificate that was installed by hand has EXPIRED on {Holds.Time(certificates.Facts(app)!.NotAfter)}: `berth certs:add {app} server.crt server.key` installs another, `berth letsencrypt:enable {app}` gets one"
        : certificates.Exists(app) ? $"a certificate that was installed by hand is in service{(certificates.Facts(app) is { } facts ? $" until {Holds.Time(facts.NotAfter)}" : "")}, and is renewed by hand"
        : IsTakenAway(app, stored) ? $"its certificate was taken away, for there is none in its folder tls any more; `berth letsencrypt:enable {app}` asks for another"
        : $"{step.Why}; `berth letsencrypt:enable {app}` asks for one";
}
