using System.Text;
using Berth.Acme.Issuing;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// The order under way as a file of mode 0600: it holds the certificate's key. The disk is waited for once, when the order exists at the server;
/// what follows of it can be asked there again, and without the file there would be a new order.
/// </summary>
internal sealed class OrderJournal(IStateStore store, StatePath path) : IOrderJournal
{
    public PendingOrder? Load() => store.Read(path) is { } text && PendingOrder.TryParseJson(Encoding.UTF8.GetBytes(text), out var order) ? order : null;

    public ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel) => new(Load());

    public ValueTask SaveAsync(PendingOrder order, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetString(order.ToJson());
        if (order.Stage == OrderStage.Ordered)
        {
            store.Write(path, text);
        }
        else
        {
            store.WriteUnsynced(path, text);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken cancel)
    {
        store.Delete(path);
        return ValueTask.CompletedTask;
    }
}
