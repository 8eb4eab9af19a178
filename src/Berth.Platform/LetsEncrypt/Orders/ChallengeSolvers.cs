using Berth.Acme;
using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Challenges;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>
/// The one place that chooses how the names of an order are proved: over DNS where a provider is set, else over HTTP, else over TLS; and
/// what worked last time before what failed.
/// </summary>
public sealed class ChallengeSolvers(EdgeServer edge, DnsChoice dns, ProofFiles proofs, ChallengePort port, TimeProvider time)
{
    /// <summary>The solvers for an order, in order of preference.</summary>
    /// <param name="app">Whose certificate it is.</param>
    /// <param name="wanted">What it is to carry.</param>
    /// <exception cref="ProblemException">The DNS provider cannot be used as it is set.</exception>
    public ChosenSolvers For(AppName app, WantedCertificate wanted) => Chosen(SolversOf(app, wanted), wanted.Names, HistoryFor(app, wanted));

    /// <summary>The types that can be answered for the app, the preferred first.</summary>
    public IReadOnlyList<string> MethodsOf(AppName app, WantedCertificate? wanted = null) => [.. SolversOf(app, wanted).Select(solver => solver.Type)];

    /// <summary>Likewise for one name or address, in the order in which they are tried: what worked last time before what failed.</summary>
    public Func<string, IReadOnlyList<string>> MethodsByName(AppName app, WantedCertificate wanted)
    {
        var (solvers, history) = (SolversOf(app, wanted), HistoryFor(app, wanted));
        return name => [.. history.Sort(name, solvers).Select(solver => solver.Type)];
    }

    /// <summary>Another way for an order that just failed because port 80, or 443, could not be reached; null when there is none.</summary>
    internal static ChosenSolvers? After(IReadOnlyList<DomainName> names, ChosenSolvers failed, ProblemException failure)
    {
        var blocked = AcmeProblems.FailedNamesOf(failure);
        var canHelp = blocked.Count > 0
            && blocked.All(name => name.ChallengeType is ChallengeType.Http01 or ChallengeType.TlsAlpn01 && (name.Code == AcmeProblems.ValidationConnection.Id || IsToTurnBack(name, failed)));
        if (!canHelp)
        {
            return null;
        }

        // However often the other has failed before: that may be mended by now.
        foreach (var name in names)
        {
            TurnFrom(name, type => blocked.Any(each => each.Name == name.Text && each.ChallengeType == type), failed.Solvers, failed.History);
        }

        return Chosen(failed.Solvers, names, failed.History) is var other && other.Spoken != failed.Spoken ? other : null;
    }

    // Tried first only for what the usual one did before, which may be mended; a name that is not found is found by neither.
    private static bool IsToTurnBack(FailedName name, ChosenSolvers failed) => name.ChallengeType == ChallengeType.TlsAlpn01 && failed.IsSecondChoice(name)
        && (name.Code == AcmeProblems.ValidationAnswer.Id || name.Code == AcmeProblems.ValidationTls.Id);

    // Notes failures until another is tried before them, where there is one.
    private static void TurnFrom(DomainName name, Predicate<string> isLeft, IReadOnlyList<IChallengeSolver> solvers, ProofHistory history)
    {
        if (ChosenSolvers.FirstFor(name, solvers.Where(solver => !isLeft(solver.Type))) is null)
        {
            return;
        }

        while (ChosenSolvers.FirstFor(name, history.Sort(name.Text, solvers)) is { } first && isLeft(first))
        {
            history.Failed(name.Text, first);
        }
    }

    /// <summary>Remembers what proved names and what did not, for the next order.</summary>
    internal void Keep(AppName app, ChosenSolvers chosen) => proofs.Write(app, chosen.History);

    /// <summary>Notes of names that nothing but their records can prove: whatever failed before, that is tried first.</summary>
    internal void LeaveDns(AppName app, IReadOnlyList<DomainName> names)
    {
        var (history, known) = (proofs.Read(app), names.Count == 0 ? [] : SolversOf(app));
        if (!known.Any(solver => ChallengeType.IsDns(solver.Type)))
        {
            return;
        }

        foreach (var name in names)
        {
            TurnFrom(name, static type => !ChallengeType.IsDns(type), known, history);
        }

        proofs.Write(app, history);
    }

    // Whoever orders by hand may have mended the provider, and is to know of it where it fails still; the daemon tries another way meanwhile.
    private ProofHistory HistoryFor(AppName app, WantedCertificate wanted)
    {
        var history = proofs.Read(app);
        if (!wanted.IsPatient)
        {
            history.ForgetUnseen();
        }

        return history;
    }

    private static ChosenSolvers Chosen(IReadOnlyList<IChallengeSolver> solvers, IReadOnlyList<DomainName> names, ProofHistory history)
    {
        string[] first = [.. names.Select(name => ChosenSolvers.FirstFor(name, history.Sort(name.Text, solvers))).OfType<string>()];
        var spoken = first.Length == 0 ? Spoken(ChallengeType.Http01) : string.Join(" and ", first.Select(Spoken).Distinct());
        return new ChosenSolvers(solvers, spoken, first.Contains(ChallengeType.Http01), history)
        {
            Because = names.Select(name => Because(name, solvers, history)).FirstOrDefault(because => because is not null),
        };
    }

    private static string? Because(DomainName name, IReadOnlyList<IChallengeSolver> solvers, ProofHistory history) =>
        ChosenSolvers.FirstFor(name, solvers) is { } usual && ChosenSolvers.FirstFor(name, history.Sort(name.Text, solvers)) is { } other && Spoken(usual) != Spoken(other)
            ? history.HasFailed(name.Text, usual)
                ? $"{Spoken(usual)} failed at {name}; trying {Spoken(other)}{(other == ChallengeType.DnsAccount01 ? ", or another where the server does not offer that" : "")}"
                : $"{Spoken(other)} proved {name} last time, and is tried before {Spoken(usual)}"
            : null;

    private static string Spoken(string type) => type.ToUpperInvariant();

    // Where records prove its names, a provider that is away for a moment, or is gone without, opens no port of an app that has it closed.
    private IReadOnlyList<IChallengeSolver> SolversOf(AppName app, WantedCertificate? wanted = null) =>
        (wanted is { WithoutDns: not null } ? [] : dns.SolversOf(app)) is var byRecords && dns.IsSet(app) && !port.IsOpen(app)
        ? [.. byRecords, new EdgeTlsSolver(edge, time)]
        : [.. byRecords, new EdgeChallengeSolver(edge), new EdgeTlsSolver(edge, time)];
}
