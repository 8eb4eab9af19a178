using Berth.Acme.Accounts;
using Berth.Acme.Tests;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Commands;
using Berth.Platform.Tests.Support;

namespace Berth.Platform.Tests.LetsEncrypt.Orders;

/// <summary>The limit of new accounts, where many apps have their first order at once.</summary>
public sealed class Registering_for_many_apps
{
    private const string Key = "-----BEGIN PRIVATE KEY-----";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task counts_the_one_account_that_was_made_for_all_of_them()
    {
        await using var room = await OpenAsync("new-accounts=10/3h");

        var problems = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => FailAsync(room, $"app{i}", "you@example.com")));

        Assert.All(problems, problem => Assert.NotEqual(LetsEncryptProblems.HeldBack, problem.Code));
        Assert.Equal(1, room.RequestsTo("/account"));
        Assert.Equal(9, Assert.Single((await room.Ledgers.OfAsync(room.Server.Directory)).States()).Left);
    }

    [Fact]
    public async Task asks_for_no_more_than_there_are_left()
    {
        await using var room = await OpenAsync("new-accounts=1/3h");

        var problems = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => FailAsync(room, $"app{i}", $"you{i}@example.com")));

        Assert.Equal(1, room.RequestsTo("/account"));
        Assert.Equal(7, problems.Count(problem => problem.Code == LetsEncryptProblems.HeldBack));
        Assert.All(
            problems.Where(problem => problem.Code == LetsEncryptProblems.HeldBack),
            problem => Assert.Matches("limit new-accounts of this machine (is used up|is for accounts)", problem.Found));
    }

    /// <summary>Renewals of those that have one are not to wait.</summary>
    [Fact]
    public async Task holds_back_only_who_needs_a_new_account_where_the_server_refuses_one()
    {
        await using var room = await OpenAsync("none");
        room.Authority.Scripts["/account"] = context =>
        {
            context.Response.Headers.RetryAfter = "7200";
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "too many new registrations (10) from this IP address in the last 3h0m0s");
        };
        await new AccountFiles(room.Store).SaveAsync(
            new AccountIdentity(room.Server.Key, "old@example.com"), new StoredAccount { KeyPem = Key, Url = $"{room.Authority.Url}/account/1" }, Cancel);

        await FailAsync(room, "app1", "new@example.com");

        Assert.Empty(await HoldsOfAsync(room, "old@example.com"));
        Assert.Equal(["It asked to wait with new accounts: too many new registrations (10) from this IP address in the last 3h0m0s"], await HoldsOfAsync(room, "new@example.com"));
    }

    /// <summary>Whether it has made an account makes no difference to when it may be asked.</summary>
    [Fact]
    public async Task leaves_a_server_alone_that_asked_for_it_as_an_account_was_to_be_made()
    {
        await using var room = await OpenAsync("none");
        room.Authority.Scripts["/account"] = context =>
        {
            context.Response.Headers.RetryAfter = "3600";
            return ScriptedAuthority.WriteAsync(context, 503, new System.Text.Json.Nodes.JsonObject());
        };
        await FailAsync(room, "app1", "you@example.com");
        var asked = room.Authority.Requests.Count;

        Assert.NotEmpty(await HoldsOfAsync(room, "you@example.com"));

        Assert.Equal(asked, room.Authority.Requests.Count);
    }

    /// <summary>Its registration was not answered, and no other may be made: it is asked after once, and used where it was made.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task asks_after_an_account_whose_registration_was_lost_before_it_is_held_back(bool wasMade)
    {
        await using var room = await OpenAsync("new-accounts=1/3h");
        var ledger = await room.Ledgers.OfAsync(room.Server.Directory);
        Assert.True(ledger.ReserveRegistration("other@example.com").MayGo);
        ledger.ReleaseRegistration("other@example.com");
        using var key = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        await new AccountFiles(room.Store).SaveAsync(new AccountIdentity(room.Server.Key, "you@example.com"), new StoredAccount { KeyPem = key.ExportPkcs8PrivateKeyPem() }, Cancel);
        room.Authority.Scripts["/account"] = context => wasMade
            ? room.Authority.BehaveAsync(context, "/account", null)
            : ScriptedAuthority.RefuseAsync(context, 400, "accountDoesNotExist", "who?");

        var problem = (await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App) with { IsPatient = true }, room.Said.Output, Cancel))).Problem;

        Assert.Equal(wasMade ? "acme-identifier-rejected" : LetsEncryptProblems.HeldBack.Id, problem.Code.Id);
        Assert.Equal((1, wasMade ? 1 : 0), (room.RequestsTo("/account"), room.RequestsTo("/order")));
    }

    /// <summary>Both have seen that one is left, and the other was first.</summary>
    [Fact]
    public async Task ends_an_attempt_that_is_held_back_on_its_way()
    {
        await using var room = await OpenAsync("new-accounts=1/3h");
        var ledger = await room.Ledgers.OfAsync(room.Server.Directory);
        room.Authority.Scripts["/dir"] = context =>
        {
            if (ledger.ReserveRegistration("other@example.com").MayGo)
            {
                ledger.ReleaseRegistration("other@example.com");
            }

            return room.Authority.BehaveAsync(context, "/dir", null);
        };

        var problem = (await Assert.ThrowsAsync<ProblemException>(() => room.Ordering.RunAsync(Room.App, room.Planner.Plan(Room.App) with { IsPatient = true }, room.Said.Output, Cancel))).Problem;

        Assert.Equal(LetsEncryptProblems.HeldBack, problem.Code);
        Assert.Equal((0, 0), (room.RequestsTo("/account"), room.RequestsTo("/order")));
    }

    [Fact]
    public async Task is_among_the_limits_of_an_app_until_it_has_an_account()
    {
        await using var room = await OpenAsync("new-accounts=10/3h");
        Assert.Matches(@"new-accounts +this machine +10 of 10 left", await LimitsAsync(room));

        await FailAsync(room, Room.App.Text, "you@example.com");

        Assert.DoesNotContain("new-accounts", await LimitsAsync(room), StringComparison.Ordinal);
    }

    private static async Task<string> LimitsAsync(OrderingRoom room)
    {
        var said = new Recorder();
        await new LimitCommands(room.Ledgers, room.Planner, room.Requests, room.Clients, room.Apps, TimeProvider.System).All[0].Run(new CommandCall
        {
            Name = "letsencrypt:limits",
            Words = [Room.App.Text],
            Caller = new Caller(1000, "berth", false, false),
            Output = said.Output,
            OpenInput = () => Stream.Null,
            Cancel = Cancel,
        });
        return said.Text;
    }

    private static async Task<OrderingRoom> OpenAsync(string limits)
    {
        var room = await OrderingRoom.OpenAsync(limits);
        room.Authority.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(context, 403, "rejectedIdentifier", "not this one");
        return room;
    }

    private static async Task<string[]> HoldsOfAsync(OrderingRoom room, string email)
    {
        var order = room.OrderOf("app2", email);
        return [.. (await room.Orders.HoldsOfAsync(order.Server, order.Settings, order.Planned, Cancel)).Select(gate => gate.Reason)];
    }

    private static async Task<Problem> FailAsync(OrderingRoom room, string app, string email) => (await Assert.ThrowsAsync<ProblemException>(
        () => room.Orders.RunAsync(room.OrderOf(app, email), static (_, _) => ValueTask.CompletedTask, Cancel))).Problem;
}
