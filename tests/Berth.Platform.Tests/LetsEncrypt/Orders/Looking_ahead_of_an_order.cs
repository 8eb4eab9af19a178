using Berth.Acme.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>What is told of a limit before an order meets it: a new name waits for it, and the renewal of the others may come first.</summary>
public sealed class Looking_ahead_of_an_order
{
    private const string Name = "app.example.com";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task the_renewal_comes_first_that_the_limit_spares()
    {
        await using var room = await SpentAsync(Name);

        var next = await NextAsync(room);

        Assert.Equal((LineageAction.Renew, true, null), (next.Action, next.IsDue(Now), next.Gate));
        Assert.Equal((LineageAction.Order, GateKind.Limit), (next.Beside?.Action, next.Beside?.Gate?.Kind));
    }

    /// <summary>What the app has met itself holds back both.</summary>
    [Fact]
    public async Task the_renewal_waits_for_the_pause_that_holds_it_back_too()
    {
        await using var room = await SpentAsync(Name);
        var pause = new LineageGate { Kind = GateKind.Backoff, Until = Now.AddHours(1), Reason = "The last attempt failed: it did." };
        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { Gates = [pause], LastAttempt = Now });

        var next = await NextAsync(room);

        Assert.Equal((LineageAction.Renew, pause.Until, pause), (next.Action, next.At, next.Gate));
        Assert.True(next.Beside?.At > Now.AddDays(6));
    }

    [Fact]
    public async Task the_renewal_waits_as_long_where_the_limit_holds_it_back_too()
    {
        await using var room = await SpentAsync(Name, "gone.example.com");

        var next = await NextAsync(room);

        Assert.Equal((LineageAction.Order, GateKind.Limit), (next.Action, next.Gate?.Kind));
        Assert.True(next.At > Now.AddDays(6));
    }

    private static async Task<LineageStep> NextAsync(OrderingRoom room)
    {
        var (stored, step) = room.Reader.ReadOf(Room.App);
        return (await room.Ahead.OfStepAsync(Room.App, stored, step, TestContext.Current.CancellationToken)).Step.OfCertificate;
    }

    private static async Task<OrderingRoom> SpentAsync(params string[] names)
    {
        var room = await OrderingRoom.OpenAsync("certificates-per-domain=1/7d");
        await room.InstallAsync(room.Aged(80, names), OrderingRoom.Window(-1));
        var ledger = await room.Ledgers.OfAsync(room.Server.Directory);
        await ledger.OrderedAsync(new PlannedOrder { Account = "you@example.com", Names = ["other.example.com"] }, CancellationToken.None);
        await room.AddDomainsAsync("new.example.com");
        return room;
    }
}
