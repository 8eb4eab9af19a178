namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>A token bucket as the authority keeps it, written apart from the client's ledger so that the two check each other.</summary>
internal sealed class SimulatedBucket(int capacity, TimeSpan period)
{
    private double _tokens = capacity;
    private DateTimeOffset _at;

    internal bool Has(DateTimeOffset now)
    {
        Refill(now);
        return _tokens >= 1;
    }

    internal void Take(DateTimeOffset now)
    {
        Refill(now);
        _tokens -= 1;
    }

    // The authority's own sums are finer than a millionth of a token.
    private void Refill(DateTimeOffset now)
    {
        _tokens = Math.Min(capacity, _tokens + (Math.Max(0, (now - _at).Ticks) / (double)period.Ticks * capacity) + 1e-9);
        _at = now;
    }
}
