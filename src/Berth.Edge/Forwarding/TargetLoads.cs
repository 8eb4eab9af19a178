using System.Collections.Concurrent;

namespace Berth.Edge.Forwarding;

/// <summary>
/// Counts requests under way by target. A request first enters its target's count and then looks whether the host it
/// chose by is still the published one; a publisher first publishes and then counts. So after publishing, a target
/// that is in no host any more and has no request gets none, and its process may be stopped.
/// </summary>
internal sealed class TargetLoads
{
    private const int FirstSweep = 256;

    private readonly ConcurrentDictionary<EdgeTarget, TargetLoad> _loads = new();
    private int _added;
    private int _sweepAt = FirstSweep;

    internal int Of(EdgeTarget target) => _loads.TryGetValue(target, out var load) ? load.Count : 0;

    /// <returns>What the caller must leave when its request ends.</returns>
    internal TargetLoad Enter(EdgeTarget target)
    {
        while (true)
        {
            var load = _loads.TryGetValue(target, out var known) ? known : Add(target);
            if (load.TryEnter())
            {
                return load;
            }
        }
    }

    /// <returns>False when requests are still under way after <paramref name="patience"/>.</returns>
    internal async Task<bool> DrainAsync(EdgeTarget target, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        if (!_loads.TryGetValue(target, out var load))
        {
            return true;
        }

        using var timeout = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        try
        {
            await load.WaitIdleAsync(either.Token);
            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return load.Count == 0;
        }
    }

    // Every deploy brings new ports. Once the register has doubled, idle targets leave it, so it stays near the live number.
    private TargetLoad Add(EdgeTarget target)
    {
        if (Interlocked.Increment(ref _added) > Volatile.Read(ref _sweepAt))
        {
            Sweep();
        }

        return _loads.GetOrAdd(target, static _ => new TargetLoad());
    }

    private void Sweep()
    {
        foreach (var pair in _loads)
        {
            if (pair.Value.TryRetire())
            {
                _loads.TryRemove(pair);
            }
        }

        var left = _loads.Count;
        Volatile.Write(ref _added, left);
        Volatile.Write(ref _sweepAt, Math.Max(FirstSweep, left * 2));
    }
}
