using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Notices;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Whether there may be no time for another way to a certificate's successor than the surest.</summary>
internal static class NearEnd
{
    private const int ManyDays = 6;

    // One attempt may wait five minutes for names and five for the certificate at each server, and longer for DNS.
    private static readonly TimeSpan AnAttempt = TimeSpan.FromMinutes(15);

    /// <summary>Its owner has been warned, or will be before an attempt to renew it is over; or one wait could outlast it; or nobody takes it; or the server is about to take it back.</summary>
    /// <param name="stored">What there is of it.</param>
    /// <param name="renewal">When it is to be renewed.</param>
    /// <param name="now">The present.</param>
    public static bool Is(LineageStored stored, DateTimeOffset renewal, DateTimeOffset now) => stored is { InService: { } facts, Damage: null }
        && (NoticeDesk.WarningOf(facts, renewal) <= Ahead(renewal, now) || IsLastDay(facts, Ahead(renewal, now)) || LineagePlan.IsOfAnotherClock(stored, now)
            || WhyReplaced(stored, now) is not null);

    /// <summary>What a certificate in service is that its server is about to take back, or has revoked; null for any other.</summary>
    public static string? WhyReplaced(LineageStored stored, DateTimeOffset now) =>
        stored is { InService: { } facts, State.Advice: { Plan: { } plan } advice } && advice.Serial == facts.Serial && IsTakenBack(plan, facts, now)
            ? $"one that its server wants replaced at once, as when it has revoked it{(plan.ExplanationUrl is { } page ? $" ({Printable.Of(page, 200)})" : "")}"
            : null;

    // Before it is due, an attempt that fails costs nothing.
    private static DateTimeOffset Ahead(DateTimeOffset renewal, DateTimeOffset now) => renewal <= now ? now + AnAttempt : now;

    // A server may ask for that long; of one that lives for days, each day is not its last.
    private static bool IsLastDay(CertificateFacts facts, DateTimeOffset now) =>
        facts.NotAfter - now <= RetryLadder.Longest && facts.NotAfter - facts.NotBefore >= ManyDays * RetryLadder.Longest;

    // Every certificate has a window, and it is over long before the certificate is: only one for a reason, or in the first half of its life, is another matter.
    private static bool IsTakenBack(RenewalPlan plan, CertificateFacts facts, DateTimeOffset now) =>
        plan.WindowEnd <= now && (plan.ExplanationUrl is not null || plan.WindowEnd < facts.NotBefore + ((facts.NotAfter - facts.NotBefore) / 2));
}
