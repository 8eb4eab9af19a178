namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>What a simulated life came to.</summary>
internal sealed class SimulatedRecord
{
    private readonly Dictionary<long, int> _hours = [];

    internal long Issued { get; set; }

    internal long Failures { get; set; }

    internal long HeldBack { get; set; }

    internal long Questions { get; set; }

    internal List<(string Name, string Profile, DateTimeOffset Ended, DateTimeOffset Noticed)> Lapses { get; } = [];

    internal int PeakHour => _hours.Values.DefaultIfEmpty().Max();

    internal void Asked(DateTimeOffset at)
    {
        var hour = at.ToUnixTimeSeconds() / 3600;
        _hours[hour] = _hours.GetValueOrDefault(hour) + 1;
    }

    /// <summary>The busiest hour among those that pass, against the mean of them.</summary>
    internal (int Peak, double Mean) Busiest(Predicate<DateTimeOffset> counts)
    {
        var hours = _hours.Where(hour => counts(DateTimeOffset.FromUnixTimeSeconds(hour.Key * 3600))).Select(hour => hour.Value).ToList();
        return (hours.DefaultIfEmpty().Max(), hours.DefaultIfEmpty().Average());
    }
}
