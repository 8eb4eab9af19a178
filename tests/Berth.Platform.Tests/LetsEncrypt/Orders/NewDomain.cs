using Berth.Acme.Limits;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A certificate in service, a domain that is not on it, and what an order with it meets.</summary>
internal static class NewDomain
{
    public const string Name = "app.example.com";
    public const string New = "new.example.com";

    public static async Task<OrderingRoom> DueAsync(double age)
    {
        var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(age, Name), OrderingRoom.Window(-1));
        await room.AddDomainsAsync(New);
        return room;
    }

    public static async Task<OrderingRoom> RefusedAsync(double age)
    {
        var room = await DueAsync(age);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "malformed", "no");
        return room;
    }

    public static async Task<OrderingRoom> SpentAsync(double age, bool isDue, params string[] names)
    {
        var room = await OrderingRoom.OpenAsync("certificates-per-domain=1/7d");
        await room.InstallAsync(room.Aged(age, names), OrderingRoom.Window(isDue ? -1 : 40));
        var ledger = await room.Ledgers.OfAsync(room.Server.Directory);
        await ledger.OrderedAsync(new PlannedOrder { Account = "you@example.com", Names = ["other.example.com"] }, CancellationToken.None);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "not this one");
        return room;
    }

    public static Task<ProblemException> FailAsync(OrderingRoom room, bool isPatient = true) => Assert.ThrowsAsync<ProblemException>(() =>
        room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App) with { IsPatient = isPatient }, room.Said.Output, CancellationToken.None));

    public static IEnumerable<string[]> Ordered(OrderingRoom room) => room.Authority.Requests.Where(request => request.Path == "/order")
        .Select(request => request.Payload!["identifiers"]!.AsArray().Select(each => (string)each!["value"]!).ToArray());
}
