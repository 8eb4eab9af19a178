namespace Berth.Acme;

/// <summary>
/// When a certificate is renewed by its CA's advice: the time chosen in the window, kept while the window stays the same
/// (RFC 9773 §4.2), and when to ask again. Pure; the caller stores it beside the certificate.
/// </summary>
public sealed record RenewalPlan
{
    /// <summary>The window it was chosen in.</summary>
    public required DateTimeOffset WindowStart { get; init; }

    /// <summary>After <see cref="WindowStart"/>.</summary>
    public required DateTimeOffset WindowEnd { get; init; }

    /// <summary>
    /// Renew then; in the past means now. A short window (3.2 h for a certificate of 160 h) can open and close between two polls: wake for it,
    /// whatever the polls do.
    /// </summary>
    public required DateTimeOffset RenewAt { get; init; }

    /// <summary>When to ask the CA again, if it has not come to renewing before.</summary>
    public required DateTimeOffset AskAgainAt { get; init; }

    /// <summary>A page for people that says why the window is what it is; null when there is none.</summary>
    public string? ExplanationUrl { get; init; }

    /// <summary>True once the chosen time has come.</summary>
    public bool IsDue(DateTimeOffset now) => now >= RenewAt;

    /// <summary>Follows the CA's advice.</summary>
    /// <param name="previous">The plan so far; null for none.</param>
    /// <param name="advice">What the CA says now.</param>
    /// <param name="now">The present.</param>
    /// <param name="random">Picks the time.</param>
    public static RenewalPlan Of(RenewalPlan? previous, RenewalAdvice advice, DateTimeOffset now, Random random)
    {
        var isSame = previous is not null && previous.WindowStart == advice.Start && previous.WindowEnd == advice.End;
        return new RenewalPlan
        {
            WindowStart = advice.Start,
            WindowEnd = advice.End,
            RenewAt = isSame ? previous!.RenewAt : Chosen(advice, now, random),
            AskAgainAt = now + advice.AskAgainAfter,
            ExplanationUrl = advice.ExplanationUrl,
        };
    }

    /// <summary>
    /// The CA gave no answer: the plan stays, and the next question waits as long as an answer would have asked for at least
    /// (RFC 9773 §4.3.3).
    /// </summary>
    public RenewalPlan Unanswered(DateTimeOffset now, TimeSpan pause) => this with { AskAgainAt = now + RenewalAdvice.Clamp(pause) };

    private static DateTimeOffset Chosen(RenewalAdvice advice, DateTimeOffset now, Random random)
    {
        var picked = advice.Pick(random.NextDouble());
        return picked < now ? now : picked;
    }
}
