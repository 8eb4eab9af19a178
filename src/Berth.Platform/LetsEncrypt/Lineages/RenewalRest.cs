namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>A third renewal within a short time waits, whatever asks for it.</summary>
internal static class RenewalRest
{
    // Or a tenth of the lifetime, where that is shorter.
    private static readonly TimeSpan Longest = TimeSpan.FromHours(24);

    /// <summary>What holds a renewal back that asks for one and the same again; null for nothing.</summary>
    public static LineageGate? Of(LineageStored stored, TimeSpan? grace, DateTimeOffset now)
    {
        if (stored is not { State.SuccessBefore: { } before, InService: { } facts })
        {
            return null;
        }

        // Of one that was had with little time left it must not outlast that.
        var lifetime = facts.NotAfter - facts.NotBefore;
        var isAlwaysDue = grace >= lifetime;
        var half = facts.NotAfter > before ? (facts.NotAfter - before) / 2 : TimeSpan.MaxValue;
        var rest = Spans.Shorter(isAlwaysDue ? lifetime / 2 : lifetime / 10, Longest);
        var until = before + Spans.Shorter(half, rest);

        // What was had under another clock says nothing of it.
        return until > now + RetryLadder.Longest ? null : new LineageGate
        {
            Kind = GateKind.JustRenewed,
            Until = until,
            Reason = $"It has had several certificates within a short time already.{(isAlwaysDue ? " The graceperiod that is set is longer than its lifetime: set a shorter one, or none." : "")}",
        };
    }
}
