using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A person wants another certificate than a good one, and one of the domains fails that is not on it.</summary>
public sealed class Forcing_an_order
{
    private const string Name = "app.example.com";
    private const string Failing = "failing.example.com";

    /// <summary>Unasked the same certificate is not ordered again and again for a name that keeps failing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task goes_on_without_it_only_where_another_is_wanted_for_its_own_sake(bool isForced)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(10, Name), OrderingRoom.Window(40));
        await room.AddDomainsAsync(Failing);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "rejectedIdentifier", $"Cannot issue for \"{Failing}\": no");

        await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(
            Room.App, room.Planner.Plan(Room.App) with { IsForced = isForced }, room.Said.Output, TestContext.Current.CancellationToken));

        Assert.Equal(isForced ? 2 : 1, room.RequestsTo("/order"));
    }
}
