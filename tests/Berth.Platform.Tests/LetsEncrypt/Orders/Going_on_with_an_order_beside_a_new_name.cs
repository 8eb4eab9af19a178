using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Tests;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.Support;
using static Berth.Platform.Tests.LetsEncrypt.Orders.NewDomain;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>An order that was begun beside a new domain, with it or without it: it is gone on with, or gives way to the renewal of what is in service.</summary>
public sealed class Going_on_with_an_order_beside_a_new_name
{
    // The end of its certificate is near in ten minutes: an attempt and its pause could take longer.
    private const double JustBefore = 83.9722;

    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>As a run leaves it that was cut off: it has been counted, and waits for no limit.</summary>
    [Fact]
    public async Task goes_on_with_an_order_that_was_begun_without_it()
    {
        await using var room = await SpentAsync(80, isDue: true, Name);
        await room.AddDomainsAsync(New);
        Assert.Equal(AcmeProblems.IdentifierRejected, (await FailAsync(room)).Problem.Code);
        room.Authority.Scripts["/order/1"] = context => ScriptedAuthority.RefuseAsync(context, 503, "serverInternal", "busy");
        await BeginAsync(room, Name);
        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { LastFailure = null, Gates = [Held(room)] });

        Assert.Equal((LineageAction.Renew, true), room.Reader.NextOf(Room.App).OfCertificate is var step ? (step.Action, step.IsDue(TimeProvider.System.GetUtcNow())) : default);
        await FailAsync(room);

        Assert.Equal((1, true), (Ordered(room).Count(), room.RequestsTo("/order/1") > 0));
        Assert.True(room.Lineages.HasOpenOrder(Room.App));
    }

    /// <summary>One that the server is slow with is finished, whatever failed before it.</summary>
    [Fact]
    public async Task goes_on_with_an_order_that_was_begun_without_it_whatever_has_failed()
    {
        await using var room = await BegunAsync(80, hasFailed: true, Name);

        for (var i = 0; i < 3; i++)
        {
            await FailAsync(room);
        }

        Assert.Equal([[Name, New]], Ordered(room));
        Assert.Equal([Name], room.Lineages.JournalOf(Room.App).Load()?.Names);
    }

    /// <summary>Near the end a slow server has half of what the certificate has left; one that never answers for this order may take another.</summary>
    [Theory]
    [InlineData(88, 10, OrderStage.Ordered, false)]
    [InlineData(88, 50, OrderStage.Ordered, true)]
    [InlineData(88, 50, OrderStage.Finalizing, false)]
    [InlineData(88, 50, OrderStage.Downloaded, false)]
    [InlineData(91, 20, OrderStage.Ordered, false)]
    [InlineData(80, 500, OrderStage.Ordered, false)]
    public async Task asks_for_another_where_nothing_comes_of_one_that_was_begun_without_it(double age, int hoursAgo, OrderStage stage, bool isWithIt)
    {
        await using var room = await BegunAsync(age, hasFailed: false, Name);
        var journal = room.Lineages.JournalOf(Room.App);
        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { BeganWithoutMore = true });
        await journal.SaveAsync(journal.Load()! with { Stage = stage, OrderedAt = Now.AddHours(-hoursAgo) }, Cancel);

        await FailAsync(room);

        Assert.Equal(isWithIt, Ordered(room).Any(names => names.Contains(New)));
    }

    /// <summary>As a run leaves it that was cut off: it is gone on with once, and near the end not even that, for a daemon may be ended over and over.</summary>
    [Theory]
    [InlineData(80, true)]
    [InlineData(88, false)]
    public async Task goes_on_with_an_order_that_was_begun_with_it_until_that_fails(double age, bool isTried)
    {
        await using var room = await BegunAsync(age, hasFailed: false, Name, New);

        await FailAsync(room);
        Assert.Equal(isTried, !Ordered(room).Any());
        Assert.True(!isTried || room.Reader.NextOf(Room.App).OfCertificate.IsDue(TimeProvider.System.GetUtcNow()));
        await FailAsync(room);

        Assert.Equal([Name], Ordered(room).First());
    }

    /// <summary>One that has lost a new name on its way is without it already.</summary>
    [Fact]
    public async Task goes_on_with_an_order_that_has_left_it_out()
    {
        await using var room = await BegunAsync(88, hasFailed: true, Name);
        var journal = room.Lineages.JournalOf(Room.App);
        await journal.SaveAsync(journal.Load()! with { LeftOut = [new FailedName(New, "acme-validation-dns", "No such name.")] }, Cancel);

        await FailAsync(room);

        Assert.Equal([[Name, New]], Ordered(room));
        Assert.Equal([Name], journal.Load()?.Names);
        Assert.False(room.Reader.NextOf(Room.App).OfCertificate.IsDue(TimeProvider.System.GetUtcNow()));
    }

    /// <summary>
    /// A certificate that may be issued counts at the server: it is asked for while there is time. Near its end the one in service waits for no order that keeps
    /// failing, whoever asks; but for one that has brought its successor.
    /// </summary>
    [Theory]
    [InlineData(80, OrderStage.Ordered, true, true)]
    [InlineData(80, OrderStage.Finalizing, true, false)]
    [InlineData(JustBefore, OrderStage.Finalizing, true, true)]
    [InlineData(88, OrderStage.Ordered, true, true)]
    [InlineData(88, OrderStage.Finalizing, false, true)]
    [InlineData(88, OrderStage.Downloaded, true, false)]
    public async Task gives_up_an_order_that_was_begun_with_it_once_that_fails(double age, OrderStage stage, bool isPatient, bool isGivenUp)
    {
        await using var room = await RefusedAsync(age);
        await FailAsync(room, isPatient: false);
        await BeginAsync(room, Name, New);
        await room.Lineages.JournalOf(Room.App).SaveAsync(room.Lineages.JournalOf(Room.App).Load()! with { Stage = stage }, Cancel);

        await FailAsync(room, isPatient);

        Assert.Equal([[Name, New], isGivenUp ? [Name] : [Name, New]], Ordered(room));
    }

    /// <summary>Its pause is for all of it: the next attempt would give the order up that is just waited for.</summary>
    [Theory]
    [InlineData(80, OrderStage.Ordered, true)]
    [InlineData(80, OrderStage.Finalizing, false)]
    public async Task waits_for_a_certificate_that_may_be_issued_with_it(double age, OrderStage stage, bool isSpared)
    {
        await using var room = await BegunAsync(age, hasFailed: false, Name, New);
        var journal = room.Lineages.JournalOf(Room.App);
        await journal.SaveAsync(journal.Load()! with { Stage = stage }, Cancel);

        await FailAsync(room);

        Assert.Equal(isSpared, room.Lineages.ReadState(Room.App).Gates.Single(gate => gate.Kind == GateKind.Backoff).SparesRenewal);
        Assert.Equal(isSpared, room.Reader.NextOf(Room.App).OfCertificate.IsDue(TimeProvider.System.GetUtcNow()));
        Assert.Equal([Name, New], journal.Load()?.Names);
    }

    /// <summary>Whose certificate may be issued counts at the server, which asks for a wait only.</summary>
    [Theory]
    [InlineData(OrderStage.Ordered, true)]
    [InlineData(OrderStage.Finalizing, false)]
    public async Task waits_where_the_server_asks_for_it_with_one_that_may_be_issued(OrderStage stage, bool isGivenUp)
    {
        await using var room = await BegunAsync(80, hasFailed: false, Name, New);
        var journal = room.Lineages.JournalOf(Room.App);
        await journal.SaveAsync(journal.Load()! with { Stage = stage }, Cancel);
        room.Authority.Scripts["/order/1"] = context => ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "too many certificates (50) already issued for \"example.com\" in the last 168h0m0s");

        await FailAsync(room);

        Assert.Equal(isGivenUp ? [[Name]] : [], Ordered(room));
    }

    private static async Task<OrderingRoom> BegunAsync(double age, bool hasFailed, params string[] names)
    {
        var room = await RefusedAsync(age);
        room.Authority.Scripts["/order/1"] = context => ScriptedAuthority.RefuseAsync(context, 503, "serverInternal", "busy");
        if (hasFailed)
        {
            await FailAsync(room, isPatient: false);
            Assert.True(room.Lineages.ReadState(Room.App).FailedWithMore);
        }

        await BeginAsync(room, names);
        return room;
    }

    private static async Task BeginAsync(OrderingRoom room, params string[] names) => await room.Lineages.JournalOf(Room.App).SaveAsync(
        SomeOrder.Placed with
        {
            DirectoryUrl = room.Server.Key,
            AccountUrl = $"{room.Authority.Url}/account/1",
            Names = names,
            PrivateKeyPem = room.Issued(Now, Now.AddDays(1), Name).PrivateKeyPem,
            OrderUrl = $"{room.Authority.Url}/order/1",
            OrderedAt = Now,
        },
        Cancel);

    private static LineageGate Held(OrderingRoom room) =>
        new() { Kind = GateKind.Limit, Until = Now.AddHours(20), Reason = "It is used up.", Server = room.Server.Key, Names = [Name, New], Account = "you@example.com", Limits = room.Settings.ForAll(LetsEncryptSettingsStore.Limits), SparesRenewal = true };
}
