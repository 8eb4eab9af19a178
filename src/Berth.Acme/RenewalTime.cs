namespace Berth.Acme;

/// <summary>
/// When a certificate is due. Pure arithmetic: derived from the leaf's own dates, since lifetimes keep shrinking.
/// </summary>
public static class RenewalTime
{
    // Below this a third is too little time to notice and repair a failing renewal.
    private static readonly TimeSpan Short = TimeSpan.FromDays(10);

    /// <summary>
    /// A third of the lifetime before the end, half of it when the lifetime is below 10 days; or a fixed time before the end.
    /// </summary>
    /// <param name="notBefore">The leaf's.</param>
    /// <param name="notAfter">The leaf's.</param>
    /// <param name="grace">
    /// Renew this long before the end; null derives it. One longer than the lifetime makes it due at once.
    /// </param>
    /// <param name="jitter">
    /// 0 to 1: spreads many certificates over a twentieth of their lifetime, earlier and never later.
    /// </param>
    /// <returns>Between <paramref name="notBefore"/> and <paramref name="notAfter"/>.</returns>
    public static DateTimeOffset Of(DateTimeOffset notBefore, DateTimeOffset notAfter, TimeSpan? grace = null, double jitter = 0)
    {
        var lifetime = notAfter - notBefore;
        if (lifetime <= TimeSpan.Zero)
        {
            return notBefore;
        }

        // Counted from the start: the end may be too near the calendar's for a margin to be taken off.
        var margin = grace ?? lifetime / (lifetime < Short ? 2 : 3);
        var after = lifetime - margin - lifetime / 20 * Math.Clamp(jitter, 0, 1);
        return notBefore + (after < TimeSpan.Zero ? TimeSpan.Zero : after > lifetime ? lifetime : after);
    }
}
