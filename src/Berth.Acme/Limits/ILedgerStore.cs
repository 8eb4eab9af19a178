namespace Berth.Acme.Limits;

/// <summary>Keeps one authority's ledger. Nothing in it is secret.</summary>
public interface ILedgerStore
{
    /// <summary>Called once. Entries that are over may be left out.</summary>
    ValueTask<IReadOnlyDictionary<string, LedgerEntry>> LoadAsync(CancellationToken cancel);

    /// <summary>Called after each change, one after the other. SHOULD be durable when it returns.</summary>
    /// <param name="changes">Key → entry; null removes it.</param>
    /// <param name="cancel">Ends it.</param>
    ValueTask SaveAsync(IReadOnlyDictionary<string, LedgerEntry?> changes, CancellationToken cancel);
}
