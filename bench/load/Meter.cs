using System.Diagnostics;
using System.Globalization;

namespace Berth.Bench;

/// <summary>How long each kind of request of one client took.</summary>
internal sealed class Meter
{
    private readonly Dictionary<string, List<double>> _times = [];

    internal void Clear() => _times.Clear();

    internal void Took(string kind, long since)
    {
        if (!_times.TryGetValue(kind, out var times))
        {
            _times.Add(kind, times = []);
        }

        times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
    }

    /// <summary>A line for each kind, of all clients: median and 95th percentile in milliseconds.</summary>
    internal static void Print(IEnumerable<Meter> meters, TextWriter output)
    {
        foreach (var kind in meters.SelectMany(meter => meter._times).GroupBy(pair => pair.Key).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            var sorted = kind.SelectMany(pair => pair.Value).Order().ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{kind.Key} {sorted[sorted.Count / 2]:0.00} {sorted[sorted.Count * 95 / 100]:0.00}"));
        }
    }
}
