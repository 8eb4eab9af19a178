using Berth.Acme.Challenges;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>How the names of one order are proved.</summary>
/// <param name="Solvers">In order of preference.</param>
/// <param name="Spoken">What the contract's line says: <c>HTTP-01</c> or <c>DNS-01</c>.</param>
/// <param name="NeedsPort80">Whether the app must be reached at port 80.</param>
public sealed record ChosenSolvers(IReadOnlyList<IChallengeSolver> Solvers, string Spoken, bool NeedsPort80);
