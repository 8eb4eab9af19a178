using Berth.Acme.Issuing;
using Berth.Acme.Limits;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>Keeps with an order how it was counted: by then the same order may count otherwise, and what it never spent is not given back.</summary>
/// <param name="journal">Where it is kept.</param>
/// <param name="counted">How the order is counted that is being placed; null where none is.</param>
internal sealed class CountingJournal(IOrderJournal journal, Func<PlannedOrder?> counted) : IOrderJournal
{
    public ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel) => journal.LoadAsync(cancel);

    public ValueTask SaveAsync(PendingOrder order, CancellationToken cancel) => journal.SaveAsync(order with { Counted = counted() ?? order.Counted }, cancel);

    public ValueTask ClearAsync(CancellationToken cancel) => journal.ClearAsync(cancel);
}
