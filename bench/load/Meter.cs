using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Berth.Bench;

/// <summary>How long each kind of request took.</summary>
internal sealed class Meter
{
    private readonly ConcurrentDictionary<string, ConcurrentBag<double>> _times = new();

    internal void Clear() => _times.Clear();

    internal void Took(string kind, long since) =>
        _times.GetOrAdd(kind, _ => []).Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);

    internal void Print(TextWriter output)
    {
        foreach (var (kind, times) in _times.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var sorted = times.Order().ToList();
            output.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{kind} {sorted[sorted.Count / 2]:0.00} {sorted[sorted.Count * 95 / 100]:0.00}"));
        }
    }
}
