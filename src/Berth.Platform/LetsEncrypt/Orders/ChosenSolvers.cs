using Berth.Acme.Challenges;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>How the names of one order are proved.</summary>
/// <param name="Solvers">In order of preference.</param>
/// <param name="Spoken">What the contract's line says: <c>HTTP-01</c>, <c>DNS-01</c>, <c>TLS-ALPN-01</c> and so on, or several of them.</param>
/// <param name="NeedsPort80">Whether the app must be reached at port 80.</param>
/// <param name="History">What has proved which name so far; brought up to date by the order.</param>
public sealed record ChosenSolvers(IReadOnlyList<IChallengeSolver> Solvers, string Spoken, bool NeedsPort80, ProofHistory History)
{
    /// <summary>Why it is not the challenge that would be tried first: <c>HTTP-01 failed at www.example.com; trying TLS-ALPN-01</c>. Null where it is.</summary>
    public string? Because { get; init; }
}
