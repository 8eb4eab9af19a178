using Berth.Acme.Challenges;
using Berth.Acme.Issuing;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>How the names of one order are proved.</summary>
/// <param name="Solvers">In order of preference.</param>
/// <param name="Spoken">What the contract's line says: <c>HTTP-01</c>, <c>DNS-01</c>, <c>TLS-ALPN-01</c> and so on, or several of them.</param>
/// <param name="NeedsPort80">Whether the app must be reached at port 80.</param>
/// <param name="History">What has proved which name so far; brought up to date by the order.</param>
public sealed record ChosenSolvers(IReadOnlyList<IChallengeSolver> Solvers, string Spoken, bool NeedsPort80, ProofHistory History)
{
    /// <summary>The challenge that is tried first for a name; null where it can be proved by none.</summary>
    public string? FirstFor(DomainName name) => FirstFor(name, History.Sort(name.Text, Solvers));

    /// <summary>The first of some that a name can be proved by; null where none is.</summary>
    internal static string? FirstFor(DomainName name, IEnumerable<IChallengeSolver> solvers) => solvers
        .FirstOrDefault(solver => ChallengeType.CanProve(solver.Type, Identifier.Of(name.Base.Text), name.IsWildcard))?.Type;

    /// <summary>Whether what failed is not how the name is proved usually: it was tried first only for what that had done before.</summary>
    internal bool IsSecondChoice(FailedName failed) =>
        DomainName.TryParseHost(failed.Name, out var name, out _) && FirstFor(name, Solvers) != failed.ChallengeType;

    /// <summary>Why it is not the challenge that would be tried first: <c>HTTP-01 failed at www.example.com; trying TLS-ALPN-01</c>. Null where it is.</summary>
    public string? Because { get; init; }
}
