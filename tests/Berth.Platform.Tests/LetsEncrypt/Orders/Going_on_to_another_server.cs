using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Tests.Support;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A server has failed, and another is set: what holds that back, and whom.</summary>
public sealed class Going_on_to_another_server
{
    private const string One = "https://one.example.com/dir";
    private const string Two = "https://two.example.com/dir";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    public async Task asks_none_sooner_than_it_wants_to_be_asked_unless_a_person_does(bool isPatient, int gates)
    {
        await using var room = await OrderingRoom.OpenAsync("none", One, Two);
        room.Lineages.WriteState(Room.App, Failed(Wait(One, GateKind.RetryAfter, 1), Wait(Two, GateKind.UserAction, 2), Pause));

        var asked = await NextAsync(room, isPatient);

        Assert.Equal(gates, asked.Gates.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task asks_it_whatever_the_pause_after_that_failure(bool isPatient)
    {
        await using var room = await OrderingRoom.OpenAsync("none", One, Two);
        room.Set(LetsEncryptSettingsStore.Limits, "one.example.com/new-orders=1/3h");
        await (await room.Ledgers.OfAsync(new Uri(One))).OrderedAsync(new PlannedOrder { Account = "you@example.com", Names = ["a.example.com"] }, Cancel);
        room.Lineages.WriteState(Room.App, Failed(Pause with { Except = [One] }));

        var asked = await NextAsync(room, isPatient);

        Assert.Equal((Two, 0), (asked.Server.Key, asked.Gates.Count));
    }

    /// <summary>The daemon turns to the next server once one has failed some times: for a first certificate, too, it asks again for that.</summary>
    [Fact]
    public async Task comes_to_it_for_a_first_certificate()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set("server", $"{room.Server.Key} https://127.0.0.1:{FreePort.Next()}/dir");
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "malformed", "no");

        for (var i = 0; i < 4; i++)
        {
            await Assert.ThrowsAsync<ProblemException>(() =>
                room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App) with { IsPatient = true }, room.Said.Output, Cancel));
            Assert.Equal(LineageAction.Order, room.Reader.NextOf(Room.App).Action);
        }

        Assert.Equal(3, room.RequestsTo("/order"));
        Assert.Equal(2, room.Lineages.ReadState(Room.App).Issuers.Count);
    }

    /// <summary>It was a renewal when it was placed there, and has drawn on no domain's limit.</summary>
    [Fact]
    public async Task gives_back_what_the_order_cost_that_is_left_there()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "not this one");
        room.Set(LetsEncryptSettingsStore.Limits, "two.example.com/certificates-per-domain=50/7d");
        var ledger = await room.Ledgers.OfAsync(new Uri(Two));
        var order = new PlannedOrder { Account = "you@example.com", Names = ["app.example.com"] };
        await ledger.OrderedAsync(order, Cancel);
        await room.Lineages.JournalOf(Room.App).SaveAsync(LeftAtTwo with { Counted = order with { IsRenewal = true } }, Cancel);

        await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App), room.Said.Output, Cancel));

        Assert.Equal(49, Assert.Single(ledger.States()).Left);
        Assert.False(room.Lineages.HasOpenOrder(Room.App));
    }

    /// <summary>Its certificate is taken off, or covers all that is wanted by now; of one that was cut off before its answer nobody knows whether it was placed.</summary>
    [Theory]
    [InlineData(OrderStage.Ordered)]
    [InlineData(OrderStage.KeySaved)]
    public async Task gives_back_what_an_order_cost_that_nobody_goes_on_with_but_for_the_order(OrderStage stage)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set(LetsEncryptSettingsStore.Limits, "two.example.com/certificates-per-domain=50/7d,new-orders=300/3h");
        var ledger = await room.Ledgers.OfAsync(new Uri(Two));
        var order = new PlannedOrder { Account = "you@example.com", Names = ["app.example.com"] };
        var isPlaced = stage == OrderStage.Ordered;
        await (isPlaced ? ledger.OrderedAsync(order, Cancel) : ValueTask.CompletedTask);
        await room.Lineages.JournalOf(Room.App).SaveAsync(LeftAtTwo with { Stage = stage, OrderUrl = isPlaced ? LeftAtTwo.OrderUrl : null, Counted = isPlaced ? order : null }, Cancel);

        await room.Ordering.LeaveAsync(Room.App);

        Assert.Equal((LimitKind.NewOrders, 299), Assert.Single(ledger.States().Select(state => (state.Kind, state.Left))));
        Assert.False(room.Lineages.HasOpenOrder(Room.App));
    }

    /// <summary>Between the look that found it due and the order: what somebody has installed meanwhile is neither replaced nor counted as a failure.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task leaves_an_order_for_what_was_installed_by_hand_meanwhile(bool isPatient)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now");
        await room.InstallAsync(room.Aged(80, "app.example.com"), OrderingRoom.Window(-1));
        await room.Lineages.JournalOf(Room.App).SaveAsync(LeftAtTwo, Cancel);
        room.InstallByHand("app.example.com");

        var failure = await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App) with { IsPatient = isPatient }, room.Said.Output, Cancel));

        Assert.Equal(isPatient ? LetsEncryptProblems.InServiceReplaced : Acme.AcmeProblems.Unauthorized, failure.Problem.Code);
        Assert.Equal((isPatient ? 0 : 1, isPatient), (room.RequestsTo("/order"), room.Lineages.ReadState(Room.App).LastFailure is null));
        Assert.False(room.Lineages.HasOpenOrder(Room.App));
    }

    /// <summary>As a power cut may leave it: it would be gone on with for ever.</summary>
    [Fact]
    public async Task leaves_an_order_too_that_cannot_be_read()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.Lineages.JournalOf(Room.App).SaveAsync(LeftAtTwo, Cancel);
        room.Store.Write(StatePath.Home(Room.App.Text, "letsencrypt", "order.json"), "");
        Assert.True(room.Lineages.HasOpenOrder(Room.App));

        await room.Ordering.LeaveAsync(Room.App);

        Assert.False(room.Lineages.HasOpenOrder(Room.App));
    }

    /// <summary>What is in its place is no folder: nothing can be written there.</summary>
    [Fact]
    public async Task needs_no_ledger_that_can_be_written()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set(LetsEncryptSettingsStore.Limits, "two.example.com/certificates-per-domain=50/7d,new-orders=300/3h");
        room.Store.EnsureFolder(StatePath.Lib("data", "letsencrypt", "--global"), PrivateFolder.OwnerOnly);
        room.Store.Write(LedgerFiles.Root, "");
        await room.Lineages.JournalOf(Room.App).SaveAsync(LeftAtTwo with { Stage = OrderStage.KeySaved, OrderUrl = null }, Cancel);

        await room.Ordering.LeaveAsync(Room.App);
        await room.Orders.LiftPausesAsync([new WantedServer("two", new Uri(Two))], _ => new PlannedOrder { Account = "", Names = ["app.example.com"] });

        Assert.False(room.Lineages.HasOpenOrder(Room.App));
        Assert.NotEmpty((await room.Ledgers.OfAsync(new Uri(Two))).States());
    }

    /// <summary>Let's Encrypt's words always name a page: that is no pause that a person must lift.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task asks_again_by_itself_once_a_wait_is_over_and_says_so(bool isOn)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        room.Set("autorenew", isOn ? "true" : "false");
        room.Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = "10800";
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "too many new orders (300) from this account in the last 3h0m0s: see https://letsencrypt.org/docs/rate-limits/#new-orders-per-account");
        };

        var failure = await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App), room.Said.Output, Cancel));

        Assert.Matches(isOn ? "^Wait until 20.* UTC; the daemon asks again by itself\\." : "^Wait until 20.* UTC, then run the command again\\.", failure.Problem.Remedy);
        Assert.NotNull(room.Lineages.ReadState(Room.App).AskedAt);
    }

    /// <summary>Nobody would mend what nobody has asked about: once each has been tried as often as that takes, it is its owner's turn.</summary>
    [Fact]
    public async Task comes_to_each_server_for_a_first_certificate_and_then_to_an_end()
    {
        await using var room = await OrderingRoom.OpenAsync("none", $"https://127.0.0.1:{FreePort.Next()}/dir", $"https://127.0.0.1:{FreePort.Next()}/dir");
        var tries = 0;

        do
        {
            Assert.InRange(tries++, 0, 10);
            await NewDomain.FailAsync(room);
        }
        while (room.Lineages.ReadState(Room.App).AskedAt is not null);

        var standings = room.Lineages.ReadState(Room.App).Issuers.Values.Select(standing => standing.Failures).ToArray();
        Assert.Equal(2, standings.Length);
        Assert.All(standings, failures => Assert.InRange(failures, ServerChoice.Patience, tries));
    }

    private static PendingOrder LeftAtTwo { get; } = SomeOrder.Placed with { DirectoryUrl = Two, Names = ["app.example.com"] };

    /// <summary>Another app has just caused a wait: an order that its server does not count is not measured against limits for that.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task counts_in_full_only_what_the_server_would_not_have_as_a_renewal(bool countsInFull)
    {
        await using var room = await OrderingRoom.OpenAsync("none", One, Two);
        var attempt = new Attempt(room.Planner.Plan(Room.App), room.OrderOf("app", "you@example.com").Solvers);

        attempt.GoOnWithout([], countsInFull);

        Assert.Equal(countsInFull, attempt.Wanted.CountsInFull);
    }

    private static LineageGate Pause { get; } = new() { Kind = GateKind.Backoff, Until = Now.AddMinutes(30), Reason = "It failed." };

    private static LineageGate Wait(string server, GateKind kind, int hours) => new() { Kind = kind, Until = Now.AddHours(hours), Reason = "Wait.", Server = server };

    private static LineageState Failed(params LineageGate[] gates) => LineageState.New with
    {
        LastFailure = new LineageFailure("acme-server-timeout", "late", "wait") { At = Now },
        Failures = 3,
        Gates = gates,
        Issuers = new Dictionary<string, IssuerStanding> { [One] = new(3, new LineageFailure("acme-server-timeout", "late", "wait") { At = Now }) },
    };

    // As an attempt does once the first has failed.
    private static Task<ServerToAsk> NextAsync(OrderingRoom room, bool isPatient)
    {
        var attempt = new Attempt(room.Planner.Plan(Room.App) with { IsPatient = isPatient }, room.OrderOf("app", "you@example.com").Solvers);
        attempt.FailedAt(attempt.Wanted.Servers[0], new ProblemException(new Problem(new ProblemCode("acme-server-timeout"), "late", "wait")));
        return room.Servers.NextAsync(Room.App, attempt.Wanted, isOrder: true, Cancel);
    }
}
