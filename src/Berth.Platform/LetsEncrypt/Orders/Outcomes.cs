using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What an attempt leaves behind in a certificate's state. Pure but for chance.</summary>
public sealed class Outcomes(RetryLadder ladder)
{
    // A person must act, whom nobody can ask: looked at again once a day, and sooner where less time is left.
    private static readonly TimeSpan PersonPoll = TimeSpan.FromDays(1);

    // Nor until when: as the ledger has it.
    private static readonly TimeSpan Unsaid = TimeSpan.FromHours(1);

    // How long a certificate that was put back by hand stays, and the part of what is left of it that this may take at most.
    private static readonly TimeSpan PutBack = TimeSpan.FromDays(1);
    private const int PutBackPart = 8;

    /// <summary>The state after a failed attempt.</summary>
    /// <param name="state">Before it.</param>
    /// <param name="failure">Why.</param>
    /// <param name="server">The server that was asked; null when none was.</param>
    /// <param name="now">The present.</param>
    /// <param name="asked">The names that were asked for: a server may speak of others, or spell these otherwise. Null where that is not known.</param>
    /// <param name="isEarly">Whether it leaves the pause as it is: who mends something tries often.</param>
    /// <param name="isOfMore">Whether names were asked for that are not on the certificate in service, beside those that are.</param>
    /// <param name="sparesRenewal">Whether those that are could be ordered at once: the pause is for the new ones.</param>
    /// <param name="elsewhere">What holds the order back at other servers, for which alone this one was asked: a new pause does not hold those back. Null for nothing.</param>
    public LineageState Failed(
        LineageState state,
        ProblemException failure,
        WantedServer? server,
        DateTimeOffset now,
        IReadOnlyCollection<string>? asked = null,
        bool isEarly = false,
        bool isOfMore = false,
        bool sparesRenewal = false,
        IReadOnlyList<LineageGate>? elsewhere = null)
    {
        var problem = failure.Problem;
        var standing = state.Gates.FirstOrDefault(gate => gate.Kind == GateKind.Backoff);
        var pause = isEarly ? standing : null;

        // The new names have begun that pause, and these fail in it: both are one failure of the server's.
        var begun = standing is { SparesRenewal: true } && standing.Until > now ? 1 : 0;
        var backoff = new LineageGate
        {
            Kind = GateKind.Backoff,
            Until = pause is null ? now + ladder.Wait(state.Pauses - begun, asked: null) : AtLeastShortest(pause.Until, now),
            Reason = $"The last attempt failed: {problem.Found}",
            SparesRenewal = isOfMore && sparesRenewal && server is not null,
            Except = Some(pause is null ? elsewhere?.Select(gate => gate.Server).OfType<string>().Distinct() : pause.Except?.Where(other => other != server?.Key)),
        };
        var told = AcmeProblems.FailedNamesOf(failure);
        FailedName[] names = [.. told.Where(name => asked?.Contains(name.Name) != false)];

        // Of its words some may look like a name and be none.
        var areAll = asked is not null && (names.Length == told.Count || (names.Length > 0 && problem.Code == AcmeProblems.IdentifierRejected));
        LineageGate[] gates = [.. Asked(failure, server, asked, now).Select(gate => gate with { SparesRenewal = isOfMore && ServerChoice.IsHold(problem.Code) })];
        var failed = state.Failed(problem, now, [backoff, .. gates, .. StillHolding(state, gates, now)]);
        failed = failed with
        {
            FailedWithMore = server is null ? state.FailedWithMore : isOfMore || (state.FailedWithMore && !IsAnswer(problem.Code)),
            Failing = Failing(state, names, server?.Word, isEarly, now),
            LastFailure = failed.LastFailure! with { Names = told.Count == 0 ? Quoted(problem, asked) : areAll ? [.. names.Select(name => name.Name)] : [], Server = server?.Word },
        };
        failed = pause is null ? failed with { Pauses = state.Pauses + 1 - begun } : failed with { LastAttempt = state.LastAttempt };
        return server is null ? failed : failed with { Issuers = WithFailure(state, failure, server, now) };
    }

    // Where none came to an order without the new names, that says nothing of them.
    private static bool IsAnswer(ProblemCode code) =>
        !AcmeProblems.IsTransient(code) || ServerChoice.IsHold(code) || code == AcmeProblems.ServerInternal;

    /// <summary>The state once names have failed, and nothing else has.</summary>
    public LineageState NamesFailed(LineageState state, IReadOnlyList<FailedName> failed, bool isEarly, DateTimeOffset now) =>
        state with { Failing = Failing(state, failed, server: null, isEarly, now) };

    /// <summary>The state after a failure at a server that was asked only because others hold the order back: it goes to them once they do no more.</summary>
    /// <param name="failed">The state after the failure.</param>
    /// <param name="gates">What holds the order back at the others.</param>
    /// <param name="isFirst">Whether there is no certificate of a server's: then this one is to come.</param>
    /// <param name="now">The present.</param>
    public static LineageState FailedElsewhere(LineageState failed, IReadOnlyList<LineageGate> gates, bool isFirst, DateTimeOffset now) => failed with
    {
        Gates =
        [
            .. failed.Gates.Where(gate => gates.All(other => other.Server != gate.Server || other.Kind != gate.Kind)),
            .. gates.Select(gate => gate.AtMost(now + RetryLadder.Longest)),
        ],
        AskedAt = isFirst ? now : null,
    };

    /// <summary>The state after a certificate was put into service.</summary>
    /// <param name="state">Before it.</param>
    /// <param name="issued">That certificate.</param>
    /// <param name="server">Who issued it.</param>
    /// <param name="email">Of the account.</param>
    /// <param name="now">The present.</param>
    /// <param name="isEarly">Whether it was had in a pause.</param>
    /// <param name="lost">Names that the one before covered, and that this one was ordered without.</param>
    public LineageState Succeeded(
        LineageState state, IssuedCertificate issued, WantedServer server, EmailAddress? email, DateTimeOffset now, bool isEarly = false, IReadOnlyList<string>? lost = null)
    {
        var soon = now + ladder.Wait(0, asked: null);
        return new()
        {
            LastAttempt = now,
            LastSuccess = now,
            SuccessBefore = state.LastSuccess,
            IssuedBy = server.Word,
            IssuedTo = email?.Text,
            IssuedToAccount = issued.AccountUrl,
            Profile = issued.Profile,
            AskAdviceAt = issued.MayHaveAdvice ? null : now + RenewalAdviser.WhereNoneIsGiven,
            Failing = Failing(state with { Failing = [.. state.Failing.Where(failing => !CertificateNames.Cover(issued.Names, failing.Name)).Select(Sooner)] }, issued.LeftOut, server.Word, isEarly, now),
            Issuers = state.Issuers.Where(pair => pair.Key != server.Key).ToDictionary(),
        };

        FailingName Sooner(FailingName failing) => failing.RetryAt > soon && lost?.Contains(failing.Name) == true ? failing with { RetryAt = soon } : failing;
    }

    /// <summary>The state once the account at a server was put aside: what was the account's fault, and the pause after it, are over.</summary>
    public static LineageState AccountForgotten(LineageState state, string server) => state with
    {
        Gates = [.. state.Gates.Where(gate => !IsOfAccount(gate, server) && !(gate.Kind == GateKind.Backoff && IsOfAccount(state.LastFailure)))],
        Issuers = state.Issuers.Where(pair => pair.Key != server || !IsOfAccount(pair.Value.LastFailure)).ToDictionary(),
    };

    /// <summary>Whether the account at a server holds the certificate back.</summary>
    public static bool IsHeldByAccount(LineageState state, string server) =>
        state.Gates.Any(gate => IsOfAccount(gate, server)) || (IsOfAccount(state.LastFailure) && state.Issuers.GetValueOrDefault(server) is { LastFailure: var last } && IsOfAccount(last));

    private static bool IsOfAccount(LineageGate gate, string server) => gate.Kind == GateKind.UserAction && gate.Server == server;

    private static bool IsOfAccount(LineageFailure? failure) => failure is not null && LetsEncryptProblems.IsOfAccount(failure.Code);

    /// <summary>The state once an earlier certificate was put back, be it due or not: what was wrong with the later one takes a person some time.</summary>
    public static LineageState RolledBack(AppName app, LineageState state, CertificateFacts earlier, string? server, DateTimeOffset now)
    {
        var part = (earlier.NotAfter - now) / PutBackPart;
        var gate = new LineageGate
        {
            Kind = GateKind.RolledBack,
            Until = now + (part < PutBack ? part : PutBack),
            Reason = GateWords.Sooner(app),
        };
        return state with
        {
            IssuedBy = server,
            IssuedToAccount = null,
            Profile = null,
            Advice = null,
            AskAdviceAt = null,
            Gates = [.. state.Gates.Where(other => other.Kind != GateKind.RolledBack), gate],
        };
    }

    /// <summary>
    /// The state of an attempt that was held back: no failure, and no end of the pause after one. A limit may take longer to refill, and is looked at again
    /// then.
    /// </summary>
    /// <param name="state">Before it.</param>
    /// <param name="gates">What holds it back.</param>
    /// <param name="isFirst">Whether there is no certificate of a server's: then this one is to come.</param>
    /// <param name="now">The present.</param>
    public static LineageState Held(LineageState state, IReadOnlyList<LineageGate> gates, bool isFirst, DateTimeOffset now)
    {
        // One that spares a renewal stands for none that does not: what has just been found to be held back would be due again at once.
        LineageGate[] more = [.. gates.Where(gate => LongerOf(state, gate, now) is var known && (known == gate || known.SparesRenewal != gate.SparesRenewal))];
        return state.Held(
            [
                .. more.Select(gate => gate.AtMost(now + RetryLadder.Longest)),
                .. state.Gates.Where(gate => gate.Names is null && gate.Until > now
                    && gates.Where(other => other.Server == gate.Server && other.Kind == gate.Kind).All(other => LongerOf(state, other, now) == gate)),
            ],
            isFirst ? now : null);
    }

    /// <summary>A gate, or the same as the certificate's own attempts have met it, where that holds longer: limits are counted for a day at most.</summary>
    public static LineageGate LongerOf(LineageState state, LineageGate gate, DateTimeOffset now) => state.Gates.FirstOrDefault(known =>
        known.Names is null && known.Kind == gate.Kind && known.Server == gate.Server && known.Until > now && (known.OverAt ?? known.Until) > gate.Until) ?? gate;

    private static string[]? Some(IEnumerable<string>? servers) => servers?.ToArray() is { Length: > 0 } some ? some : null;

    // A server that refuses an order for one of its names may say which in its words alone.
    private static string[] Quoted(Problem problem, IReadOnlyCollection<string>? asked) =>
        problem.Code == AcmeProblems.IdentifierRejected ? [.. (asked ?? []).Where(name => problem.Found.Contains($"\"{name}\"", StringComparison.Ordinal))] : [];

    // What a server has asked for holds until it says otherwise, whoever else fails meanwhile; and so does what a person has put back.
    private static IEnumerable<LineageGate> StillHolding(LineageState state, IReadOnlyList<LineageGate> gates, DateTimeOffset now) =>
        state.Gates.Where(gate => gate.Until > now && (gate.Kind == GateKind.RolledBack || (gate.Server is { } server && gates.All(other => other.Server != server))));

    private static IEnumerable<LineageGate> Asked(ProblemException failure, WantedServer? server, IReadOnlyCollection<string>? asked, DateTimeOffset now)
    {
        var latest = now + RetryLadder.Longest;
        if (AcmeProblems.GateOf(failure) is { } gate)
        {
            yield return new LineageGate
            {
                Kind = gate.IsPause ? GateKind.Paused : GateKind.RetryAfter,
                Until = gate.Until ?? now + (gate.Page is null ? Unsaid : PersonPoll),
                Reason = gate.Words,
                Server = server?.Key,
                Page = gate.Page,
                About = gate.Subjects.Count > 0 ? gate.Subjects : null,

                // One more name makes another set, which that limit does not know.
                Names = gate.Scope == GateScope.NameSet && asked is not null ? [.. asked.Order(StringComparer.Ordinal)] : null,
            }.AtMost(latest);
        }
        else if (AcmeProblems.RetryAfterOf(failure) is { } wait)
        {
            yield return new LineageGate { Kind = GateKind.RetryAfter, Until = now + wait, Reason = failure.Problem.Found, Server = server?.Key }.AtMost(latest);
        }

        if (failure.Problem.Code == AcmeProblems.TermsNotAgreed || failure.Problem.Code == AcmeProblems.AccountDeactivated)
        {
            yield return new LineageGate
            {
                Kind = GateKind.UserAction,
                Until = now + PersonPoll,
                Reason = Sentences.Standing(failure.Problem.Remedy),
                Server = server?.Key,
            };
        }
    }

    private static Dictionary<string, IssuerStanding> WithFailure(LineageState state, ProblemException failure, WantedServer server, DateTimeOffset now)
    {
        var before = state.Issuers.GetValueOrDefault(server.Key)?.Failures ?? 0;
        var counts = ServerChoice.IsServersFault(failure);
        return new Dictionary<string, IssuerStanding>(state.Issuers)
        {
            [server.Key] = new(counts ? before + 1 : before, LineageFailure.Of(failure.Problem, now)),
        };
    }

    private List<FailingName> Failing(LineageState state, IReadOnlyList<FailedName> failed, string? server, bool isEarly, DateTimeOffset now)
    {
        return
        [
            .. state.Failing.Where(failing => failed.All(name => name.Name != failing.Name)),
            .. failed.DistinctBy(name => name.Name).Select(name => Again(name, state.Failing.FirstOrDefault(failing => failing.Name == name.Name), server, isEarly, now)),
        ];
    }

    private FailingName Again(FailedName name, FailingName? before, string? server, bool isEarly, DateTimeOffset now) => isEarly && before is not null
        ? before with { Code = name.Code, Words = name.Words, RetryAt = AtLeastShortest(before.RetryAt, now), Server = server }
        : new(name.Name, name.Code, name.Words, (before?.Failures ?? 0) + 1, now + ladder.Wait(before?.Failures ?? 0, asked: null)) { Server = server };

    private DateTimeOffset AtLeastShortest(DateTimeOffset until, DateTimeOffset now)
    {
        var soonest = now + ladder.Wait(0, asked: null);
        return until > soonest ? until : soonest;
    }
}
