using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What the daemon has still to come to, as its loop last found it: for those who tell of it, at any moment and from any thread.</summary>
public sealed class RenewalQueue
{
    private volatile Lazy<Dictionary<AppName, int>> _places = new([]);
    private long _roundTicks;

    /// <summary>How long it takes at most until every app was asked anew; null where no loop runs.</summary>
    public TimeSpan? Round => Interlocked.Read(ref _roundTicks) is > 0 and var ticks ? TimeSpan.FromTicks(ticks) : null;

    /// <returns>How many are due and more urgent; null for one that was not found to be due yet, or is at work.</returns>
    public int? PlaceOf(AppName app) => _places.Value.TryGetValue(app, out var place) ? place : null;

    internal void Set(TimeSpan round) => Interlocked.Exchange(ref _roundTicks, round.Ticks);

    /// <param name="waiting">Those that are due and wait for a turn, the most urgent first.</param>
    internal void Set(AppName[] waiting) =>
        _places = new(() => waiting.Index().ToDictionary(place => place.Item, place => place.Index));
}
