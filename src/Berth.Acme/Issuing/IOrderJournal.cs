namespace Berth.Acme.Issuing;

/// <summary>Keeps the one order under way for one certificate. One issuance uses it at a time: the caller holds a lock.</summary>
public interface IOrderJournal
{
    /// <returns>Null when no order is under way, or when what is there cannot be read.</returns>
    ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel);

    /// <summary>MUST be durable when it returns, and private (0600): the next outside step relies on it.</summary>
    ValueTask SaveAsync(PendingOrder order, CancellationToken cancel);

    /// <summary>Forgets the order; one that is not there is no error. MUST be durable when it returns: what came of the order is stored.</summary>
    ValueTask ClearAsync(CancellationToken cancel);
}
