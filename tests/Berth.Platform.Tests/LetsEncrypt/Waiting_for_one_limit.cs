using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.LetsEncrypt.Orders;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>Many apps that wait for the same limit: who finds it used up again finds that out for the others.</summary>
public sealed class Waiting_for_one_limit
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static readonly LineageGate Gate = new()
    {
        Kind = GateKind.Limit,
        Until = Now.AddSeconds(-1),
        Reason = "The limit new-orders of you@example.com is used up.",
        Server = "https://ca.example/dir",
        Limits = "",
        Account = "you@example.com",
        Names = ["app.example.com"],
    };

    [Fact]
    public async Task spares_the_others_a_try()
    {
        await using var room = await OrderingRoom.OpenAsync("none", Gate.Server!);
        room.Set("limits", "");
        Hold(room, Gate);
        Assert.True(room.Reader.NextOf(Room.App).IsDue(TimeProvider.System.GetUtcNow()));

        room.Waits.Note([Gate with { Until = Now.AddMinutes(5), Names = ["other.example.com"] }]);

        Assert.Equal(Now.AddMinutes(5), room.Reader.NextOf(Room.App).At);
    }

    [Theory]
    [InlineData("The limit new-orders of me@example.com is used up.", "https://ca.example/dir", "", GateKind.Limit, 5)]
    [InlineData("The limit new-orders of you@example.com is used up.", "https://other.example/dir", "", GateKind.Limit, 5)]
    [InlineData("The limit new-orders of you@example.com is used up.", "https://ca.example/dir", "ca.example/none", GateKind.Limit, 5)]
    [InlineData("The limit new-orders of you@example.com is used up.", "https://ca.example/dir", "", GateKind.RetryAfter, 5)]
    [InlineData("The limit new-orders of you@example.com is used up.", "https://ca.example/dir", "", GateKind.Limit, -5)]
    public async Task holds_nobody_back_for_another_limit_nor_for_one_that_is_over(string reason, string server, string limits, GateKind kind, int minutes)
    {
        await using var room = await OrderingRoom.OpenAsync("none", Gate.Server!);
        room.Set("limits", "");
        Hold(room, Gate);

        room.Waits.Note([Gate with { Kind = kind, Reason = reason, Server = server, Limits = limits, Until = Now.AddMinutes(minutes) }]);

        Assert.True(room.Reader.NextOf(Room.App).IsDue(TimeProvider.System.GetUtcNow()));
    }

    private static void Hold(OrderingRoom room, LineageGate gate) => room.Lineages.WriteState(Room.App, LineageState.New.Held([gate], Now));
}
