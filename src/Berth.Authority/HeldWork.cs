using System.Collections.Concurrent;
using System.Collections.Immutable;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority;

/// <summary>Which work this process has in hand, waiting or running, and the leases on it: they are renewed for as long as it is here.</summary>
/// <param name="node">Whose leases.</param>
/// <param name="keep">Prolongs the leases of some work; returns the ids that are still this node's.</param>
/// <param name="time">The clock.</param>
/// <param name="log">Where to tell of a store that fails.</param>
internal sealed class HeldWork(
    NodeIdentity node, Func<ImmutableArray<string>, Lease, CancellationToken, Task<ImmutableArray<string>>> keep, TimeProvider time, ILogger log)
    : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lease> _held = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private Task _loop = Task.CompletedTask;

    internal void Start() => _loop = RunAsync();

    /// <returns>False when it is in hand already; nothing has changed then.</returns>
    internal bool TryTake(string id, Lease lease) => _held.TryAdd(id, lease);

    /// <summary>Takes what the store has just given this node, with the lease that it has there now.</summary>
    /// <returns>False when it is in hand already: there is nothing to do but to keep its new lease.</returns>
    internal bool TakeOver(string id, Lease lease)
    {
        var isNew = _held.TryAdd(id, lease);
        _held[id] = lease;
        return isNew;
    }

    /// <summary>False when another node has taken it over meanwhile.</summary>
    internal bool Has(string id) => _held.ContainsKey(id);

    /// <summary>It is done, or left to whoever finds it once its lease has ended.</summary>
    internal void Release(string id) => _held.TryRemove(id, out _);

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(node.BetweenRenewals, time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                await KeepAsync();
            }
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }

    private async Task KeepAsync()
    {
        try
        {
            foreach (var ids in _held.Where(held => node.IsOld(held.Value)).Select(held => held.Key).Chunk(NodeIdentity.ClaimedAtOnce))
            {
                await KeepAsync([.. ids]);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !_stop.IsCancellationRequested)
        {
            log.LeasesNotKept(e);
        }
    }

    private async Task KeepAsync(ImmutableArray<string> ids)
    {
        var lease = node.NewLease();
        var kept = (await keep(ids, lease, _stop.Token)).ToHashSet(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            if (!_held.TryGetValue(id, out var before))
            {
                continue;
            }

            // Compared, as it may be done, and even taken up again, since it was looked at.
            if (kept.Contains(id))
            {
                _held.TryUpdate(id, lease, before);
            }
            else
            {
                _held.TryRemove(KeyValuePair.Create(id, before));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _loop;
        _stop.Dispose();
    }
}
