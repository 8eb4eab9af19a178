using Berth.Acme.Issuing;

namespace Berth.Acme.Tests;

/// <summary>A journal in memory, through its stored form.</summary>
internal sealed class TestJournal : IOrderJournal
{
    private byte[]? _json;

    internal PendingOrder? Current => _json is not null && PendingOrder.TryParseJson(_json, out var order) ? order : null;

    public ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel) => ValueTask.FromResult(Current);

    public ValueTask SaveAsync(PendingOrder order, CancellationToken cancel)
    {
        _json = order.ToJson();
        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken cancel)
    {
        _json = null;
        return ValueTask.CompletedTask;
    }
}
