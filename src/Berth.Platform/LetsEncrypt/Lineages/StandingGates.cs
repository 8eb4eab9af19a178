namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What stands before a certificate's next attempt, and for how long.</summary>
internal static class StandingGates
{
    // Four an hour: below what a server takes of failed proofs. Of a certificate of hours or minutes it is a part that leaves time for some tries.
    private static readonly TimeSpan LongestLeast = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan ShortestLeast = TimeSpan.FromMinutes(1);

    /// <summary>
    /// All of them, each as long as it counts. A gate further away than any is set was set under another clock, and says nothing; the pause
    /// after a failure, and the wait for a person, are the shorter the less time is left.
    /// </summary>
    public static IEnumerable<LineageGate> Of(LineageStored stored, DateTimeOffset now) => stored.State.Gates
        .Where(gate => gate.Until <= now + RetryLadder.Longest && !(gate.Kind == GateKind.RolledBack && stored is not { InService: not null, Damage: null }))
        .Select(gate => gate.Kind is GateKind.Backoff or GateKind.UserAction ? Hurried(gate, stored) : gate);

    /// <summary>The one of them that holds a step back longest at the server that is free first; null where none does.</summary>
    public static LineageGate? Latest(LineageStep step, LineageWants wants, LineageStored stored, DateTimeOffset now)
    {
        if (step.Action is LineageAction.AskAdvice or LineageAction.Restore)
        {
            return null;
        }

        LineageGate[] gates =
        [
            .. Of(stored, now).Where(gate => gate.Holds(isRenewal: step.Action == LineageAction.Renew)),
            .. new[] { step.Action == LineageAction.Renew ? RenewalRest.Of(stored, wants.Grace, now) : null, Refused(step, stored, now) }.OfType<LineageGate>(),
        ];

        // What one server asked for holds no other back: it waits for the first that is free.
        return wants.Servers.Count == 0
            ? gates.MaxBy(gate => gate.Until)
            : wants.Servers.Select(server => gates.Where(gate => IsAt(gate, server)).MaxBy(gate => gate.Until)).MinBy(gate => gate?.Until ?? DateTimeOffset.MinValue);
    }

    private static bool IsAt(LineageGate gate, string server) => (gate.Server is null || gate.Server == server) && gate.Except?.Contains(server) != true;

    // The less time a certificate has left, the less of it one wait may take: an outage of days must not outlast a short one. Once it has expired
    // nobody is served: the waits grow slowly from there, to a day again in some weeks, or a server would pause the names of a site that is given up.
    private static LineageGate Hurried(LineageGate gate, LineageStored stored) =>
        stored.State.LastAttempt is { } attempt ? gate with { Until = Sooner(gate.Until, attempt, stored) } : gate;

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
    private static LineageGate? Refused(LineageStep step, LineageStored stored, DateTimeOffset now)
    {
        if (step.Refusal is not { Found: var found } || stored.State.Refusal?.Why.At is not { } at)
        {
            return null;
        }

        var until = Sooner(at + LineagePlan.LongestSilence, at, stored);
        return until <= now + RetryLadder.Longest ? new LineageGate { Kind = GateKind.UserAction, Until = until, Reason = Sentences.Inside(found) } : null;
    }
}
