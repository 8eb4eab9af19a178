using System.Text;
using Berth.Acme.Issuing;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>The order under way as a file of mode 0600: it holds the certificate's key.</summary>
internal sealed class OrderJournal(IStateStore store, StatePath path) : IOrderJournal
{
    public ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel) => new(
        store.Read(path) is { } text && PendingOrder.TryParseJson(Encoding.UTF8.GetBytes(text), out var order) ? order : null);

    public ValueTask SaveAsync(PendingOrder order, CancellationToken cancel)
    {
        store.Write(path, Encoding.UTF8.GetString(order.ToJson()));
        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken cancel)
    {
        store.Delete(path);
        return ValueTask.CompletedTask;
    }
}
