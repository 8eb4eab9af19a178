using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>An order that was never placed is none that was begun, whatever kept it from being placed.</summary>
public sealed class Leaving_a_key_without_an_order
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task whoever_gave_it_up_before_the_server_answered()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        using var given = CancellationTokenSource.CreateLinkedTokenSource(Cancel);
        var asked = new TaskCompletionSource();
        room.Authority.Scripts["/order"] = context =>
        {
            asked.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        var ordering = room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App), room.Said.Output, given.Token);
        await asked.Task;
        Assert.NotNull(await room.Lineages.JournalOf(Room.App).LoadAsync(Cancel));
        await given.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ordering);

        Assert.False(room.Lineages.HasOpenOrder(Room.App));
        new ObtainLines(room.Reader, room.Lineages, room.Requests, null!, null!, TimeProvider.System).TellGivenUp(Room.App, room.Said.Output);
        Assert.Contains("No certificate was ordered.", room.Said.Text, StringComparison.Ordinal);
    }

    /// <summary>The server would not have it in place of the certificate that it renews, and as any other order it meets a limit.</summary>
    [Fact]
    public async Task a_limit_that_it_met_on_its_way()
    {
        await using var room = await OrderingRoom.OpenAsync("certificates-per-set=1/7d");
        room.Authority.RenewalInfo = true;
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 409, "alreadyReplaced", "it has been replaced");
        await room.InstallDueAsync(Issued(room));
        var wanted = room.Planner.Plan(Room.App) with { IsPatient = true };
        await (await room.Ledgers.OfAsync(room.Server.Directory)).OrderedAsync(new PlannedOrder { Account = "you@example.com", Names = ["app.example.com"] }, Cancel);

        var failure = await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, wanted, room.Said.Output, Cancel));

        Assert.Equal(LetsEncryptProblems.HeldBack, failure.Problem.Code);
        Assert.Contains("certificates-per-set of app.example.com is used up", failure.Problem.Found, StringComparison.Ordinal);
        Assert.Equal(1, room.RequestsTo("/order"));
        Assert.False(room.Lineages.HasOpenOrder(Room.App));
        Assert.NotEqual(LineageAction.Resume, room.Reader.NextOf(Room.App).Action);
    }

    private static IssuedCertificate Issued(OrderingRoom room)
    {
        var now = TimeProvider.System.GetUtcNow();
        return room.Issued(now.AddDays(-1), now.AddDays(30), "app.example.com");
    }
}
