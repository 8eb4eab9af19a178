using System.Collections.Concurrent;

namespace Berth.Acme.Dns;

/// <summary>What a provider calls zones, remembered for the length of an order: one that is made anew has another id.</summary>
internal sealed class ZoneIds(TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<string, (string Id, long FoundAt)> _known = new(StringComparer.Ordinal);

    internal async Task<string> OfAsync(string zone, Func<Task<string>> find)
    {
        if (_known.TryGetValue(zone, out var known) && time.GetElapsedTime(known.FoundAt) < Lifetime)
        {
            return known.Id;
        }

        var id = await find();
        _known[zone] = (id, time.GetTimestamp());
        return id;
    }
}
