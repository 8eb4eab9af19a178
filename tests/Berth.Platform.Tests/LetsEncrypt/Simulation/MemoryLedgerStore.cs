using Berth.Acme.Limits;

namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>A ledger's store in memory.</summary>
internal sealed class MemoryLedgerStore : ILedgerStore
{
    private readonly Dictionary<string, LedgerEntry> _entries = new(StringComparer.Ordinal);

    public ValueTask<IReadOnlyDictionary<string, LedgerEntry>> LoadAsync(CancellationToken cancel) =>
        ValueTask.FromResult<IReadOnlyDictionary<string, LedgerEntry>>(new Dictionary<string, LedgerEntry>(_entries));

    public ValueTask SaveAsync(IReadOnlyDictionary<string, LedgerEntry?> changes, CancellationToken cancel)
    {
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
