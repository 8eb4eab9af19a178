using System.Collections.Immutable;

namespace Berth.Edge.Forwarding;

/// <summary>Picks the process that takes a request: of a few in turn, the one with the fewest requests under way.</summary>
internal sealed class TargetChoice(TargetLoads loads)
{
    private const int Compared = 8; // more would cost more than it gains: two already are nearly as good as all

    private uint _turn;

    /// <param name="targets">The app's live processes.</param>
    /// <param name="except">One that has just refused a connection.</param>
    /// <returns>Null when there is none (other).</returns>
    internal EdgeTarget? Pick(ImmutableArray<EdgeTarget> targets, EdgeTarget? except = null)
    {
        if (targets is [var only])
        {
            return only == except ? null : only;
        }

        EdgeTarget? best = null;
        var least = int.MaxValue;
        var start = Start(targets.Length);
        for (var i = 0; i < targets.Length && i <= Compared && least > 0; i++)
        {
            var target = targets[(start + i) % targets.Length];
            if (target != except && loads.Of(target) is var load && load < least)
            {
                (best, least) = (target, load);
            }
        }

        return best;
    }

    // Multiples of the golden ratio, taken as fractions, spread evenly however the requests of several apps interleave;
    // a plain counter would give an app every second number and thereby always the same of its two processes.
    private int Start(int count) => (int)((ulong)(Interlocked.Increment(ref _turn) * 2654435769u) * (ulong)count >> 32);
}
