namespace Berth.Acme.Issuing;

/// <summary>Keeps the one order under way for one certificate. One issuance uses it at a time: the caller holds a lock.</summary>
public interface IOrderJournal
{
    /// <returns>Null when no order is under way, or when what is there cannot be read.</returns>
    ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel);

    /// <summary>
    /// MUST outlive this process when it returns, kill -9 included, and be private (0600): the next outside step relies on it. At
    /// <see cref="OrderStage.Ordered"/> it SHOULD outlive a power cut as well: what is lost there is ordered anew.
    /// </summary>
    ValueTask SaveAsync(PendingOrder order, CancellationToken cancel);

    /// <summary>Forgets the order; one that is not there is no error. What came of the order is stored: found again, it is only cleared again.</summary>
    ValueTask ClearAsync(CancellationToken cancel);
}
