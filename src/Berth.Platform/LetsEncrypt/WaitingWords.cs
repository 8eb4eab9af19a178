using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What an app's certificate waits for, and why, in one sentence: the same in every command that tells of it.</summary>
public sealed class WaitingWords(ICertificateManager manager, CertificateFiles certificates, OrdersUnderWay underWay, AutoRenewal renewal, RenewalQueue queue, TimeProvider time)
{
    /// <param name="app">Whose.</param>
    /// <param name="stored">What there is of it.</param>
    /// <param name="step">What is next for it.</param>
    public string Of(AppName app, LineageStored stored, LineageStep step) =>
        Expired(stored) + (underWay.SentenceOf(app) ?? AtWork(app, step) + (step.Action == LineageAction.None ? WhyNothing(app, stored, step) : Off() + GateWords.Of(step) + Turn(app, step) + Obstacle(step)));

    /// <summary>Whether there is anything to tell: most apps without a certificate were never asked for one.</summary>
    public bool IsWorthTelling(AppName app, LineageStored stored, LineageStep step) =>
        step.Action != LineageAction.None || step.Obstacle is not null || stored.State.LastFailure is not null || IsHeldBack(stored)
        || manager.IsAtWork(app);

    /// <summary>Everything that is still shut before an attempt, in one line; a pause after a failure only where the daemon tries again by itself.</summary>
    public string GatesOf(LineageStored stored, LineageStep step) =>
        GateWords.Of([.. stored.State.Gates.Where(gate => step.Action != LineageAction.None || gate.Kind != GateKind.Backoff)], time.GetUtcNow());

    private bool IsHeldBack(LineageStored stored) => stored.State.LastFailure is null && stored.State.GatedUntil > time.GetUtcNow();

    private string Expired(LineageStored stored) =>
        stored.InService is { } facts && facts.NotAfter <= time.GetUtcNow() ? $"it has EXPIRED on {Holds.Time(facts.NotAfter)}; " : "";

    // Before a server is asked for a certificate there is a look at DNS, which may take a while. Being asked for advice is nothing to wait for.
    private string AtWork(AppName app, LineageStep step) =>
        (step.Action == LineageAction.None || (step.Action != LineageAction.AskAdvice && step.IsDue(time.GetUtcNow()))) && manager.IsAtWork(app)
            ? "it is being worked on now; until that is done: "
            : "";

    private string Off() => renewal.IsOn ? "" : "renewal by the daemon is off (letsencrypt:cron-job --add turns it on): by hand alone; ";

    // So many at a time at one server; and of very many apps the daemon asks some at each look.
    private string Turn(AppName app, LineageStep step) =>
        step.Action == LineageAction.AskAdvice || !step.IsDue(time.GetUtcNow()) || !renewal.IsOn || manager.IsAtWork(app) ? ""
        : queue.PlaceOf(app) is { } before ? before == 0 ? "; its turn is next" : $"; it waits for its turn, with {before} before it"
        : queue.Round is { } round ? $"; the daemon comes to it within {RemainingTime.Format(round)}"
        : "";

    // Told before it is due, while there is time to mend it.
    private static string Obstacle(LineageStep step) =>
        step is { Action: not LineageAction.Restore, Obstacle: { } why } ? $"; as things are it could not be ordered: {Printable.Of(Sentences.Inside(why.Found), 400)}" : "";

    private string WhyNothing(AppName app, LineageStored stored, LineageStep step) =>
        step.Obstacle is not null ? step.Why
        : stored.State.LastFailure is { } failure ? $"{step.Why}: {Printable.Of(failure.Found, 600)}"
        : IsHeldBack(stored) ? $"an order was held back, and is asked for again by hand: {GatesOf(stored, step)}"
        : certificates.DamageOf(app) is { } damage ? $"a certificate that was installed by hand cannot be served: {damage.Found}"
        : certificates.Exists(app) ? "a certificate that was installed by hand is in service, and is renewed by hand"
        : step.Why;
}
