namespace Berth.Acme.Limits;

/// <summary>A ledger's entries in memory, and what of them is not saved yet.</summary>
internal sealed class LedgerBook(ILedgerStore store, IEnumerable<KeyValuePair<string, LedgerEntry>> entries)
{
    private static readonly TimeSpan SweepPause = TimeSpan.FromHours(1);

    private readonly Dictionary<string, LedgerEntry> _entries = new(entries, StringComparer.Ordinal);
    private readonly Dictionary<string, LedgerEntry?> _unsaved = new(StringComparer.Ordinal);
    private readonly NameGates _saving = new();
    private DateTimeOffset _nextSweep;

    /// <summary>Held for each look and each change.</summary>
    internal Lock Gate { get; } = new();

    internal IReadOnlyDictionary<string, LedgerEntry> Entries => _entries;

    /// <summary>Orders that are about to be placed: counted, and known here alone to be no more than that.</summary>
    internal List<PlannedOrder> Reserved { get; } = [];

    /// <summary>Accounts that are about to be registered; likewise.</summary>
    internal List<string> Registering { get; } = [];

    /// <summary>Key → until when it counts, where what is kept is further off than can have been written by a clock that is right.</summary>
    internal Dictionary<string, DateTimeOffset> Doubted { get; } = new(StringComparer.Ordinal);

    internal void Put(string key, LedgerEntry entry) => _unsaved[key] = _entries[key] = entry;

    internal void Remove(string key)
    {
        if (_entries.Remove(key))
        {
            _unsaved[key] = null;
        }
    }

    /// <summary>Saves come one after the other, each with all that has changed since the one before.</summary>
    internal async ValueTask ChangeAsync(DateTimeOffset now, Action<DateTimeOffset> change, CancellationToken cancel)
    {
        lock (Gate)
        {
            change(now);
            Sweep(now);
        }

        await _saving.RunAsync("", () => SaveAsync(cancel), cancel);
    }

    // What is over goes, once an hour: a look at all entries at each change would cost more than the change.
    private void Sweep(DateTimeOffset now)
    {
        if (now < _nextSweep && _nextSweep - now <= SweepPause)
        {
            return;
        }

        _nextSweep = now + SweepPause;
        foreach (var key in _entries.Where(entry => entry.Value.Until <= now).Select(entry => entry.Key).ToList())
        {
            Remove(key);
        }
    }

    private async Task<bool> SaveAsync(CancellationToken cancel)
    {
        Dictionary<string, LedgerEntry?> changes;
        lock (Gate)
        {
            changes = new Dictionary<string, LedgerEntry?>(_unsaved, StringComparer.Ordinal);
            _unsaved.Clear();
        }

        if (changes.Count == 0)
        {
            return true;
        }

        try
        {
            await store.SaveAsync(changes, cancel);
            return true;
        }
        catch
        {
            lock (Gate)
            {
                foreach (var (key, entry) in changes)
                {
                    _unsaved.TryAdd(key, entry);
                }
            }

            throw;
        }
    }
}
