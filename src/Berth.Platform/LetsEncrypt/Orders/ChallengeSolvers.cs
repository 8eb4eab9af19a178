using Berth.Edge;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>The one place that chooses how the names of an order are proved.</summary>
public sealed class ChallengeSolvers(EdgeServer edge)
{
    /// <summary>The solvers for an order, in order of preference.</summary>
    /// <param name="app">Whose certificate it is.</param>
    /// <param name="names">What it is to carry.</param>
    public ChosenSolvers For(AppName app, IReadOnlyList<DomainName> names) => new([new EdgeChallengeSolver(edge)], "HTTP-01", NeedsPort80: true);
}
