using System.Text.Json.Nodes;
using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.Support;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A limit holds a new name back, or orders with it fail: those on the certificate are renewed without it once that is due.</summary>
public sealed class Renewing_beside_a_name_that_waits
{
    private const string Name = "app.example.com";
    private const string New = "new.example.com";
    private const string Failing = "failing.example.com";

    // A renewal is free of it.
    private const string Spent = "too many certificates (50) already issued for \"example.com\" in the last 168h0m0s";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    /// <summary>Waiting for it could outlast the certificate, whose renewal is free of that limit.</summary>
    [Theory]
    [InlineData(80, true)]
    [InlineData(20, false)]
    public async Task goes_without_it_once_that_is_due(double age, bool isDue)
    {
        await using var room = await SpentAsync(age, isDue, Name);
        await room.AddDomainsAsync(New);

        var failure = await FailAsync(room);

        Assert.Equal(isDue ? AcmeProblems.IdentifierRejected : LetsEncryptProblems.HeldBack, failure.Problem.Code);
        Assert.Equal(isDue ? [[Name]] : [], Ordered(room));
        if (!isDue)
        {
            Assert.True(Assert.Single(room.Lineages.ReadState(Room.App).Gates).SparesRenewal);
        }
    }

    /// <summary>It would be tried again and again: the limit holds the certificate without it back as well.</summary>
    [Fact]
    public async Task waits_for_a_limit_that_spares_no_renewal()
    {
        await using var room = await SpentAsync(80, isDue: true, Name, "gone.example.com");
        await room.AddDomainsAsync(New);

        Assert.Equal(LetsEncryptProblems.HeldBack, (await FailAsync(room)).Problem.Code);

        Assert.Empty(Ordered(room));
        Assert.False(room.Reader.NextOf(Room.App).IsDue(TimeProvider.System.GetUtcNow()));
    }

    /// <summary>Of its limits a server may know more than is counted here; a name that failed on the way is not tried again in the same attempt.</summary>
    [Fact]
    public async Task goes_without_it_where_the_server_alone_knows_of_the_limit()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(89.5, Name), OrderingRoom.Window(-1));
        await room.AddDomainsAsync(Failing, New);
        room.Authority.Scripts["/order"] = context => Ordered(room).Last().Length switch
        {
            3 => ScriptedAuthority.WriteAsync(context, 400, Refused(Failing), "application/problem+json"),
            2 => ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", Spent),
            _ => ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now"),
        };

        await FailAsync(room, isPatient: false);

        Assert.Equal([[Name, Failing, New], [Name, New], [Name]], Ordered(room));
        Assert.Equal(1, Assert.Single(room.Lineages.ReadState(Room.App).Failing).Failures);
    }

    /// <summary>What the server asks for may be of the new name alone: those on the certificate do not wait for it, once.</summary>
    [Theory]
    [InlineData(20, true)]
    [InlineData(80, false)]
    public async Task waits_no_longer_than_until_that_is_due_where_the_server_asks_for_it(double age, bool isSpared)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(age, Name), OrderingRoom.Window(age > 60 ? -1 : 40));
        await room.AddDomainsAsync(New);
        room.Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = "36000";
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", Spent);
        };
        Assert.Equal(AcmeProblems.RateLimited, (await FailAsync(room)).Problem.Code);
        Assert.Equal(isSpared ? [[Name, New]] : [[Name, New], [Name]], Ordered(room));
        Assert.Equal(isSpared, room.Lineages.ReadState(Room.App).Gates.Single(gate => gate.Kind == GateKind.RetryAfter).SparesRenewal);

        var due = room.Reader.NextOf(Room.App);
        await room.InstallAsync(room.Aged(80, Name), OrderingRoom.Window(-1));
        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { Gates = [.. WaitOf(due)] });
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now");

        Assert.Equal(isSpared, room.Reader.NextOf(Room.App).OfCertificate is { Action: LineageAction.Renew } next && next.IsDue(TimeProvider.System.GetUtcNow()));
        if (isSpared)
        {
            await FailAsync(room);
            Assert.Equal([[Name, New], [Name]], Ordered(room));
        }
    }

    private static IEnumerable<LineageGate> WaitOf(LineageStep step) => [step.OfCertificate.Gate!];

    /// <summary>The other server is asked for all names, for it is free; where it fails, the one that is preferred can renew.</summary>
    [Fact]
    public async Task goes_without_it_where_the_server_that_could_take_it_has_failed()
    {
        await using var room = await SpentAsync(80, isDue: true, Name);
        room.Set("server", $"{room.Server.Key} https://127.0.0.1:{FreePort.Next()}/dir");
        await room.AddDomainsAsync(New);

        await FailAsync(room);

        Assert.Equal([[Name]], Ordered(room));
    }

    /// <summary>Whatever a server has against an order for more: the next is for what is on the certificate, and the one after that for all again.</summary>
    [Fact]
    public async Task goes_without_it_every_other_time_where_nobody_can_say_why_it_fails()
    {
        await using var room = await RefusedAsync(80);

        for (var i = 0; i < 3; i++)
        {
            await FailAsync(room);
        }

        Assert.Equal([[Name, New], [Name], [Name, New]], Ordered(room));
    }

    /// <summary>Two orders where one at the other server would do are one too many.</summary>
    [Fact]
    public async Task goes_without_it_only_where_no_other_server_would_take_it()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(80, Name), OrderingRoom.Window(-1));
        var other = $"127.0.0.1:{FreePort.Next()}";
        room.Set("server", $"{room.Server.Key} https://{other}/dir");
        await room.AddDomainsAsync(New);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", Spent);

        await FailAsync(room);

        Assert.Contains($"Asking {other} instead", room.Said.Text, StringComparison.Ordinal);
        Assert.Equal([[Name, New], [Name]], Ordered(room));
    }

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

    /// <summary>As a run leaves it that was cut off: it is gone on with once, and near the end not even that, for a daemon may be ended over and over.</summary>
    [Theory]
    [InlineData(80, true)]
    [InlineData(88, false)]
    public async Task goes_on_with_an_order_that_was_begun_with_it_until_that_fails(double age, bool isTried)
    {
        await using var room = await BegunAsync(age, hasFailed: false, Name, New);

        await FailAsync(room);
        Assert.Equal(isTried, room.RequestsTo("/order/1") > 0);
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
    [InlineData(OrderStage.Ordered, true)]
    [InlineData(OrderStage.Finalizing, false)]
    public async Task waits_for_a_certificate_that_may_be_issued_with_it(OrderStage stage, bool isSpared)
    {
        await using var room = await BegunAsync(80, hasFailed: false, Name, New);
        var journal = room.Lineages.JournalOf(Room.App);
        await journal.SaveAsync(journal.Load()! with { Stage = stage }, Cancel);

        await FailAsync(room);

        Assert.Equal(isSpared, room.Lineages.ReadState(Room.App).Gates.Single(gate => gate.Kind == GateKind.Backoff).SparesRenewal);
        Assert.Equal(isSpared, room.Reader.NextOf(Room.App).OfCertificate.IsDue(TimeProvider.System.GetUtcNow()));
        Assert.Equal([Name, New], journal.Load()?.Names);
    }

    /// <summary>A daemon that is ended over and over while it is not answered sees nothing fail, and no order; a person asks for all of it.</summary>
    [Theory]
    [InlineData(80, true, true)]
    [InlineData(88, true, false)]
    [InlineData(88, false, true)]
    public async Task goes_without_it_first_where_the_end_is_near(double age, bool isPatient, bool isWithIt)
    {
        await using var room = await RefusedAsync(age);

        await FailAsync(room, isPatient);

        Assert.Equal(isWithIt ? [Name, New] : [Name], Ordered(room).First());
    }

    /// <summary>It may be the new name that a server, or what stands before it, has no answer to; no answer to the others says nothing of it.</summary>
    [Fact]
    public async Task goes_without_it_where_no_answer_came_until_one_does()
    {
        await using var room = await DueAsync(80);
        room.Authority.Scripts["/order"] = context =>
        {
            if (Ordered(room).Count() < 3)
            {
                context.Abort();
                return Task.CompletedTask;
            }

            return ScriptedAuthority.RefuseAsync(context, 400, "malformed", "no");
        };

        for (var i = 0; i < 4; i++)
        {
            await FailAsync(room);
        }

        Assert.Equal([[Name, New], [Name], [Name], [Name, New]], Ordered(room));
    }

    /// <summary>The pause is for the new name: a server that wants the certificate renewed at once waits for none.</summary>
    [Fact]
    public async Task waits_for_no_pause_that_the_new_name_has_brought_about()
    {
        await using var room = await RefusedAsync(80);

        await FailAsync(room);
        var next = room.Reader.NextOf(Room.App).OfCertificate;

        Assert.Equal((LineageAction.Renew, true, LineageAction.Order, GateKind.Backoff), (next.Action, next.IsDue(TimeProvider.System.GetUtcNow()), next.Beside?.Action, next.Beside?.Gate?.Kind));
        await FailAsync(room);
        Assert.False(room.Reader.NextOf(Room.App).OfCertificate.IsDue(TimeProvider.System.GetUtcNow()));
        Assert.Equal([[Name, New], [Name]], Ordered(room));

        // Both are one failure: the next comes in a minute, not in ten.
        Assert.Equal(1, room.Lineages.ReadState(Room.App).Pauses);
        Assert.InRange(room.Lineages.ReadState(Room.App).Gates.Single().Until, Now, TimeProvider.System.GetUtcNow().AddMinutes(2));
    }

    /// <summary>The server asks for a wait without an end, and of everybody: found to hold the others back as well, they are not due again before it is over.</summary>
    [Fact]
    public async Task waits_where_the_others_are_held_back_too_though_that_was_met_with_it()
    {
        await using var room = await DueAsync(80);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "not now");
        Assert.Equal(AcmeProblems.RateLimited, (await FailAsync(room)).Problem.Code);
        var state = room.Lineages.ReadState(Room.App);
        room.Lineages.WriteState(Room.App, state with { Gates = [.. state.Gates.Where(gate => gate.Kind != GateKind.Backoff)] });

        Assert.Equal(LetsEncryptProblems.HeldBack, (await FailAsync(room)).Problem.Code);

        Assert.False(room.Reader.NextOf(Room.App).IsDue(TimeProvider.System.GetUtcNow().AddMinutes(50)));
        Assert.Equal([[Name, New]], Ordered(room));
    }

    /// <summary>What a limit holds back at one server, and has failed at another, is no reason for the others to wait there.</summary>
    [Fact]
    public async Task waits_for_no_other_servers_failure()
    {
        await using var room = await SpentAsync(59.99, isDue: false, Name);
        room.Set("server", $"{room.Server.Key} https://127.0.0.1:{FreePort.Next()}/dir");
        await room.AddDomainsAsync(New);

        await FailAsync(room);

        Assert.All(room.Lineages.ReadState(Room.App).Gates.Where(gate => gate.Server == room.Server.Key), gate => Assert.True(gate.SparesRenewal));
    }

    /// <summary>A wildcard that nothing can prove as things are stays on the certificate in service, until that is near its end.</summary>
    [Theory]
    [InlineData(80, false)]
    [InlineData(88, true)]
    public async Task keeps_a_wildcard_that_has_lost_its_provider(double age, bool goesWithout)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(age, Name, "*.shop.example.com"), OrderingRoom.Window(-1));
        await room.AddDomainsAsync("*.shop.example.com");
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "malformed", "no");

        var failure = await FailAsync(room);

        Assert.Equal(!goesWithout, failure.Problem.Code == LetsEncryptProblems.WildcardNeedsDns);
        Assert.Equal(goesWithout ? [[Name]] : [], Ordered(room));
        Assert.Equal(!goesWithout, room.Reader.NextOf(Room.App).Obstacle?.Code == LetsEncryptProblems.WildcardNeedsDns);
    }

    private static async Task<OrderingRoom> DueAsync(double age)
    {
        var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(age, Name), OrderingRoom.Window(-1));
        await room.AddDomainsAsync(New);
        return room;
    }

    private static async Task<OrderingRoom> RefusedAsync(double age)
    {
        var room = await DueAsync(age);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 400, "malformed", "no");
        return room;
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

    private static JsonObject Refused(string name) => new()
    {
        ["type"] = "urn:ietf:params:acme:error:rejectedIdentifier",
        ["detail"] = "some are not taken",
        ["subproblems"] = new JsonArray(new JsonObject
        {
            ["type"] = "urn:ietf:params:acme:error:rejectedIdentifier",
            ["detail"] = "not this one",
            ["identifier"] = new JsonObject { ["type"] = "dns", ["value"] = name },
        }),
    };

    private static async Task<OrderingRoom> SpentAsync(double age, bool isDue, params string[] names)
    {
        var room = await OrderingRoom.OpenAsync("certificates-per-domain=1/7d");
        await room.InstallAsync(room.Aged(age, names), OrderingRoom.Window(isDue ? -1 : 40));
        var ledger = await room.Ledgers.OfAsync(room.Server.Directory);
        await ledger.OrderedAsync(new PlannedOrder { Account = "you@example.com", Names = ["other.example.com"] }, CancellationToken.None);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "not this one");
        return room;
    }

    private static Task<ProblemException> FailAsync(OrderingRoom room, bool isPatient = true) => Assert.ThrowsAsync<ProblemException>(() =>
        room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App) with { IsPatient = isPatient }, room.Said.Output, CancellationToken.None));

    private static IEnumerable<string[]> Ordered(OrderingRoom room) => room.Authority.Requests.Where(request => request.Path == "/order")
        .Select(request => request.Payload!["identifiers"]!.AsArray().Select(each => (string)each!["value"]!).ToArray());
}
