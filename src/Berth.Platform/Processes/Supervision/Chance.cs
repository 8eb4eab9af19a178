namespace Berth.Platform.Processes.Supervision;

/// <summary>A source of chance that many may use at once.</summary>
internal sealed class Chance(Random random)
{
    private readonly Lock _lock = new();

    public int Below(int limit)
    {
        lock (_lock)
        {
            return random.Next(limit);
        }
    }

    /// <returns>At least 0, below 1.</returns>
    public double Fraction()
    {
        lock (_lock)
        {
            return random.NextDouble();
        }
    }
}
