using System.Security.Cryptography;
using System.Text;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// The order under way as a file of mode 0600: it holds the certificate's key. The disk is waited for once, when the order exists at the server;
/// what follows of it can be asked there again, and without the file there would be a new order.
/// </summary>
public sealed class OrderJournal(IStateStore store, StatePath folder, string name) : IOrderJournal
{
    private readonly StatePath _path = folder.Slash($"{name}.json");

    public PendingOrder? Load() => Read(_path);

    private PendingOrder? Read(StatePath path) => store.Read(path) is { } text && PendingOrder.TryParseJson(Encoding.UTF8.GetBytes(text), out var order) ? order : null;

    public ValueTask<PendingOrder?> LoadAsync(CancellationToken cancel) => new(Load());

    public ValueTask SaveAsync(PendingOrder order, CancellationToken cancel)
    {
        var text = Encoding.UTF8.GetString(order.ToJson());
        if (order.Stage == OrderStage.Ordered)
        {
            store.Write(_path, text);
        }
        else
        {
            store.WriteUnsynced(_path, text);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken cancel)
    {
        store.Delete(_path);
        return ValueTask.CompletedTask;
    }

    /// <summary>Makes room for an order at another server. What may be issued by now is gone on with once its server is asked again.</summary>
    public void LayAside(PendingOrder order)
    {
        store.Write(AsideAt(order.DirectoryUrl), Encoding.UTF8.GetString(order.ToJson()));
        store.Delete(_path);
    }

    /// <summary>Takes up what was laid aside at a server.</summary>
    /// <returns>Null where nothing was.</returns>
    public PendingOrder? TakeUp(string directory)
    {
        var aside = AsideAt(directory);
        if (Read(aside) is not { } order || order.DirectoryUrl != directory)
        {
            return null;
        }

        store.Write(_path, Encoding.UTF8.GetString(order.ToJson()));
        store.Delete(aside);
        return order;
    }

    /// <summary>Where nothing is under way, takes up the newest that was laid aside: it is gone on with as any other.</summary>
    public void TakeUpNewest()
    {
        if (!store.Exists(_path) && Asides.Select(Read).OfType<PendingOrder>().MaxBy(order => order.OrderedAt) is { } newest)
        {
            TakeUp(newest.DirectoryUrl);
        }
    }

    /// <summary>Forgets what was laid aside: a certificate is in service, or none is wanted.</summary>
    public void ClearAside()
    {
        foreach (var aside in Asides)
        {
            store.Delete(aside);
        }
    }

    /// <summary>As <see cref="TakeUpNewest"/>, whatever the disk takes: what has come of an order is to be told.</summary>
    public void TryTakeUpNewest() => Try(TakeUpNewest);

    /// <summary>As <see cref="ClearAside"/>, likewise.</summary>
    public void TryClearAside() => Try(ClearAside);

    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (ProblemException)
        {
        }
    }

    private IEnumerable<StatePath> Asides =>
        store.List(folder).Where(file => file.StartsWith(AsidePrefix, StringComparison.Ordinal)).Select(file => folder.Slash(file));

    private string AsidePrefix => $"{name}-at-";

    private StatePath AsideAt(string directory) =>
        folder.Slash($"{AsidePrefix}{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(directory)))[..16]}.json");
}
