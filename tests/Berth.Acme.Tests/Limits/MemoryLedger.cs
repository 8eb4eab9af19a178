using Berth.Acme.Limits;

namespace Berth.Acme.Tests.Limits;

/// <summary>A ledger's store in memory.</summary>
internal sealed class MemoryLedger : ILedgerStore
{
    private readonly Dictionary<string, LedgerEntry> _entries = [];

    internal int Saves { get; private set; }

    /// <summary>What the next save fails with.</summary>
    internal Exception? Fault { get; set; }

    public ValueTask<IReadOnlyDictionary<string, LedgerEntry>> LoadAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, LedgerEntry>>(new Dictionary<string, LedgerEntry>(_entries));

    public ValueTask SaveAsync(IReadOnlyDictionary<string, LedgerEntry?> changes, CancellationToken cancel)
    {
        if (Fault is { } fault)
        {
            Fault = null;
            throw fault;
        }

        Saves++;
        foreach (var (key, entry) in changes)
        {
            if (entry is null)
            {
                _entries.Remove(key);
            }
            else
            {
                _entries[key] = entry;
            }
        }

        return ValueTask.CompletedTask;
    }
}
