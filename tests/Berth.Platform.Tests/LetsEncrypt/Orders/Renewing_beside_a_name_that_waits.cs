using System.Text.Json.Nodes;
using Berth.Acme;
using Berth.Acme.Tests;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Tests.Support;
using Berth.TestKit;
using static Berth.Platform.Tests.LetsEncrypt.Orders.NewDomain;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>A limit holds a new name back, or orders with it fail: those on the certificate are renewed without it once that is due.</summary>
public sealed class Renewing_beside_a_name_that_waits
{
    private const string Failing = "failing.example.com";

    // A renewal is free of it.
    private const string Spent = "too many certificates (50) already issued for \"example.com\" in the last 168h0m0s";
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

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

    /// <summary>What is on the certificate cannot be proved any more: then one for the new name alone is better than none.</summary>
    [Fact]
    public async Task goes_with_it_where_the_end_is_near_and_the_others_fail()
    {
        await using var room = await DueAsync(88);
        room.Authority.Scripts["/order"] = context => Ordered(room).Last().Contains(Name)
            ? ScriptedAuthority.WriteAsync(context, 400, Refused(Name), "application/problem+json")
            : ScriptedAuthority.RefuseAsync(context, 403, "unauthorized", "not now");

        await FailAsync(room);
        await FailAsync(room);

        Assert.Equal([[Name], [Name, New], [New]], Ordered(room));
    }

    /// <summary>Whatever was found wrong with either: one that is killed each time sees nothing fail.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task goes_without_it_every_other_time_where_the_end_is_near(bool isKilled)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(88, Name, Failing), OrderingRoom.Window(-1));
        await room.AddDomainsAsync(Failing, New);
        using var end = new CancellationTokenSource();
        room.Authority.Scripts["/order"] = async context =>
        {
            await (isKilled ? end.CancelAsync() : Task.CompletedTask);
            await ScriptedAuthority.RefuseAsync(context, 400, "malformed", "no");
        };
        room.Lineages.WriteState(Room.App, room.Lineages.ReadState(Room.App) with { Failing = [new FailingName(Failing, "acme-validation-dns", "No such name.", 3, Now)] });

        for (var i = 0; i < 4; i++)
        {
            await Assert.ThrowsAnyAsync<Exception>(() => room.Ordering.RunAsync(
                Room.App, room.Planner.Plan(Room.App) with { IsPatient = true }, room.Said.Output, isKilled && i == 0 ? end.Token : CancellationToken.None));
            isKilled = false;
        }

        Assert.Equal([[Name, Failing], [Name, Failing, New], [Name, Failing], [Name, Failing, New]], Ordered(room));
    }

    /// <summary>One more name is the usual way round a limit on one set of names: the server counts another.</summary>
    [Fact]
    public async Task is_ordered_though_a_limit_on_the_set_without_it_is_used_up()
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        await room.InstallAsync(room.Aged(80, Name), OrderingRoom.Window(-1));
        room.Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = "80000";
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "too many certificates (5) already issued for this exact set of identifiers in the last 168h0m0s");
        };
        Assert.Equal(AcmeProblems.RateLimited, (await FailAsync(room)).Problem.Code);
        var soon = TimeProvider.System.GetUtcNow().AddMinutes(2);
        Assert.False(room.Reader.NextOf(Room.App).OfCertificate.IsDue(soon));

        await room.AddDomainsAsync(New);

        Assert.True(room.Reader.NextOf(Room.App).OfCertificate.IsDue(soon));
        await FailAsync(room);
        Assert.Equal([[Name], [Name, New]], Ordered(room).Take(2));
    }

    /// <summary>An order with a new name keeps the renewal waiting: not beyond the day it is due, nor for more than a part of what the certificate has left then.</summary>
    [Theory]
    [InlineData(-12, 24, 30, 4.0)]
    [InlineData(-6, 18, -1, 4.5)]
    [InlineData(-0.05, 0.05, -1, 1 / 60.0)]
    [InlineData(-0.05, 0.95, -1, 0.2375)]
    [InlineData(-23.5, 0.5, -1, 0.25)]
    [InlineData(-2200, -1, -1, null)]
    [InlineData(-12, 24, null, null)]
    public async Task is_waited_for_only_so_long(double from, double until, int? window, double? hours)
    {
        await using var room = await OrderingRoom.OpenAsync("none");
        var now = TimeProvider.System.GetUtcNow();
        await room.InstallAsync(room.Issued(now.AddHours(from), now.AddHours(until), Name), OrderingRoom.Window(-1) with { RenewAt = now.AddHours(window > 0 ? 4 : -0.01) });
        await room.AddDomainsAsync(window is null ? [] : [New]);

        var time = room.Requests.For(Room.App, room.Planner.Plan(Room.App), room.Server).Timeout;

        Assert.Equal(hours is null, time is null);
        Assert.Equal(hours ?? 0, time?.TotalHours ?? 0, 0.001);
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
}
