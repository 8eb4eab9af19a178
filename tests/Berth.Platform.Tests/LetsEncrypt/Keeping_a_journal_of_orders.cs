using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.Support;
using Berth.Storage;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The order under way and those laid aside, on disk.</summary>
public sealed class Keeping_a_journal_of_orders
{
    private static readonly PlannedOrder Counted = new() { Account = "you@example.com", Names = ["one.example.com"] };
    private static readonly PendingOrder Open = SomeOrder.Placed;

    /// <summary>An order whose certificate may be issued is gone on with once its server is asked again, whatever others are asked meanwhile.</summary>
    [Fact]
    public async Task lays_orders_aside_for_each_server_until_a_certificate_is_there()
    {
        using var room = new Room();
        room.Store.EnsureFolder(StatePath.Lib("data"), PrivateFolder.OwnerOnly);
        var journal = new OrderJournal(room.Store, StatePath.Lib("data"), "order");
        foreach (var server in (string[])["https://a.example/dir", "https://b.example/dir"])
        {
            await journal.SaveAsync(Open with { DirectoryUrl = server, OrderUrl = $"{server}/order" }, CancellationToken.None);
            journal.LayAside(journal.Load()!);
        }

        Assert.Null(journal.Load());
        Assert.Equal("https://a.example/dir/order", journal.TakeUp("https://a.example/dir")?.OrderUrl);
        Assert.Equal("https://a.example/dir/order", journal.Load()?.OrderUrl);
        Assert.Null(journal.TakeUp("https://c.example/dir"));
        await journal.ClearAsync(CancellationToken.None);
        journal.TakeUpNewest();
        Assert.Equal("https://b.example/dir/order", journal.Load()?.OrderUrl);
        journal.LayAside(journal.Load()!);
        await journal.SaveAsync(Open, CancellationToken.None);
        journal.TakeUpNewest();
        Assert.Equal(Open.OrderUrl, journal.Load()?.OrderUrl);
        journal.ClearAside();
        Assert.Null(journal.TakeUp("https://b.example/dir"));
        Assert.Equal(["order.json"], room.Store.List(StatePath.Lib("data")));
    }

    [Fact]
    public async Task keeps_with_an_order_how_it_was_counted_and_what_was_kept_before()
    {
        using var room = new Room();
        room.Store.EnsureFolder(StatePath.Lib("data"), PrivateFolder.OwnerOnly);
        PlannedOrder? counted = null;
        var journal = new CountingJournal(new OrderJournal(room.Store, StatePath.Lib("data"), "order"), () => counted);

        await journal.SaveAsync(Open, CancellationToken.None);
        Assert.Null((await journal.LoadAsync(CancellationToken.None))!.Counted);
        counted = Counted;
        await journal.SaveAsync(Open with { OrderUrl = null, Stage = OrderStage.KeySaved }, CancellationToken.None);
        counted = null;
        await journal.SaveAsync((await journal.LoadAsync(CancellationToken.None))! with { Stage = OrderStage.Ordered, OrderUrl = Open.OrderUrl }, CancellationToken.None);
        var kept = (await journal.LoadAsync(CancellationToken.None))!;
        Assert.Equal((Counted.Account, false, false), (kept.Counted!.Account, kept.Counted.IsRenewal, kept.Counted.ReplacesInWindow));
        Assert.Equal(Counted.Names, kept.Counted.Names);

        await journal.SaveAsync(Open with { Counted = Counted with { IsRenewal = true }, Stage = OrderStage.Finalizing }, CancellationToken.None);
        Assert.True((await journal.LoadAsync(CancellationToken.None))!.Counted!.IsRenewal);
    }
}
