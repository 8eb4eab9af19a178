using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What an app's certificate waits for, and why, in one sentence: the same in every command that tells of it.</summary>
public sealed class WaitingWords(
    LineageReader reader, ICertificateManager manager, CertificateFiles certificates, OrdersUnderWay underWay, AutoRenewal renewal, RenewalQueue queue, RenewalTroubles troubles, TimeProvider time)
{
    /// <param name="app">Whose.</param>
    /// <param name="stored">What there is of it.</param>
    /// <param name="step">What is next for it.</param>
    public string Of(AppName app, LineageStored stored, LineageStep step)
    {
        var waits = step.Action != LineageAction.None ? Off() + GateWords.Of(step) + Turn(app, step) + Obstacle(step)
            : manager.IsAtWork(app) ? ""
            : WhyNothing(app, stored, step);
        return Expired(stored) + (underWay.SentenceOf(app) ?? AtWork(app, step) + waits + Trouble(app));
    }

    /// <summary>When that comes, in a word or two.</summary>
    public string When(AppName app, LineageStep step) => underWay.SentenceOf(app) is not null ? "now"
        : step.OfCertificate.At is { } at
        ? renewal.IsOn ? Until(at) : "by hand"
        : manager.IsAtWork(app) ? "now"
        : step.Obstacle is null ? "by hand" : "once mended";

    /// <summary>What it waits for, in a word or two.</summary>
    public string What(AppName app, LineageStored stored, LineageStep step) => step.OfCertificate.Action switch
    {
        LineageAction.None when underWay.SentenceOf(app) is not null => "order",
        LineageAction.None when step.Obstacle is not null => "order, once mended",
        LineageAction.None when IsAskedForInVain(stored) => "order, by hand",
        LineageAction.None => "nothing",
        LineageAction.Restore => "put the certificate back",
        LineageAction.Resume => "go on with the order",
        LineageAction.Order => "order",
        _ => "renew",
    };

    public string Until(DateTimeOffset at) => at <= time.GetUtcNow() ? "due" : $"in {RemainingTime.Format(at - time.GetUtcNow())}";

    /// <returns>What a first certificate waits for that was asked for and could not be had; null for any other app, and for one whose files cannot be read.</returns>
    public string? OfFirstFailure(AppName app)
    {
        try
        {
            var (stored, step) = reader.ReadOf(app);
            return !certificates.Exists(app) && (stored.State.Refusal?.Why ?? stored.State.LastFailure ?? stored.Overtaken) is not null
                ? $"{app} has no certificate: {Of(app, stored, step)}"
                : null;
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    /// <summary>Whether there is anything to tell: most apps without a certificate were never asked for one.</summary>
    public bool IsWorthTelling(AppName app, LineageStored stored, LineageStep step) =>
        step.Action != LineageAction.None || step.Obstacle is not null || IsAskedForInVain(stored) || manager.IsAtWork(app);

    /// <summary>Everything that is still shut before an attempt, in one line; a pause after a failure only where it holds something back.</summary>
    /// <param name="stored">What there is of the certificate.</param>
    /// <param name="step">What is next for it.</param>
    /// <param name="besides">Whether to leave out what <see cref="Of"/> and the last failure say already.</param>
    public string GatesOf(LineageStored stored, LineageStep step, bool besides = false) => GateWords.Of(
        [
            .. stored.State.Gates.Where(gate => gate.Kind == GateKind.Backoff
                ? !besides && step.OfCertificate.Gate is not null
                : !besides || gate != step.OfCertificate.Gate),
        ],
        time.GetUtcNow());

    private bool IsAskedForInVain(LineageStored stored) => (stored.State.LastFailure ?? stored.Overtaken) is not null || IsHeldBack(stored);

    private bool IsHeldBack(LineageStored stored) => stored.State.LastFailure is null && stored.State.GatedUntil > time.GetUtcNow();

    private string Expired(LineageStored stored) =>
        stored.InService is { } facts && facts.NotAfter <= time.GetUtcNow() ? $"it has EXPIRED on {Holds.Time(facts.NotAfter)}; " : "";

    // Before a server is asked for a certificate there is a look at DNS, which may take a while. Being asked for advice is nothing to wait for.
    private string AtWork(AppName app, LineageStep step) =>
        (step.Action == LineageAction.None || (step.Action != LineageAction.AskAdvice && step.IsDue(time.GetUtcNow()))) && manager.IsAtWork(app)
            ? step.Action == LineageAction.None ? "it is being worked on now" : "it is being worked on now; until that is done: "
            : "";

    private string Off() => renewal.IsOn ? "" : "renewal by the daemon is off (letsencrypt:cron-job --add turns it on): by hand alone; ";

    // So many at a time at one server; and of very many apps the daemon asks some at each look.
    private string Turn(AppName app, LineageStep step) =>
        step.Action == LineageAction.AskAdvice || (!step.IsDue(time.GetUtcNow()) && step.Action != LineageAction.Restore) || !renewal.IsOn || manager.IsAtWork(app) ? ""
        : queue.PlaceOf(app) is { } before ? before == 0 ? "; its turn is next" : $"; it waits for its turn, with {before} before it"
        : queue.Round is { } round ? $"; the daemon comes to it within {RemainingTime.Format(round)}"
        : "";

    // Told before it is due, while there is time to mend it.
    private static string Obstacle(LineageStep step) =>
        step is { Action: not LineageAction.Restore, Obstacle: { } why } && !step.Why.Contains(Sentences.Inside(why.Found).TrimEnd('.'), StringComparison.Ordinal) ? $"; as things are it could not be ordered: {Printable.Of(Sentences.Inside(why.Found), 400)}" : "";

    // What cannot be remembered on disk, for that may be what is wrong.
    private string Trouble(AppName app) =>
        troubles.Of(app) is { } trouble
            ? $"; tried last at {Holds.Time(trouble.At!.Value)}: {Printable.Of(Sentences.Inside(trouble.Found).TrimEnd('.'), 600)} ({Sentences.Standing(trouble.Remedy, app)})"
            : "";

    private string WhyNothing(AppName app, LineageStored stored, LineageStep step) =>
        step.Obstacle is not null ? step.Why
        : stored.State.LastFailure is { } failure ? $"{step.Why}, and is not tried again by itself; once it is mended: `berth letsencrypt:enable {app}`. What was found: {Printable.Of(Sentences.Inside(failure.Found), 600)}"
        : stored.Overtaken is { } past ? $"its certificate could not be had, and its domains or servers are others since: `berth letsencrypt:enable {app}` asks for one. What was found: {Printable.Of(Sentences.Inside(past.Found), 600)}"
        : IsHeldBack(stored) ? $"an order was held back, and is not tried again by itself: {GatesOf(stored, step)} Then: `berth letsencrypt:enable {app}`"
        : certificates.DamageOf(app) is { } damage ? $"a certificate that was installed by hand cannot be served: {damage.Found}"
        : certificates.Exists(app) ? "a certificate that was installed by hand is in service, and is renewed by hand"
        : $"{step.Why}; `berth letsencrypt:enable {app}` asks for one";
}
