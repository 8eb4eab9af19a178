using System.Net;
using System.Net.Sockets;
using Berth.Kernel;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Hostile;

/// <summary>An authority on a real TLS socket that lies, stalls, floods and sends its client elsewhere.</summary>
public sealed class Surviving_a_hostile_authority : AtScriptedAuthority
{
    // What the test takes at most; a client that waits for longer waits for ever.
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(90);
    public static TheoryData<string> EveryTrick => [.. Tricks.All.Keys];

    [Theory]
    [MemberData(nameof(EveryTrick))]
    public async Task ends_in_a_named_problem_loses_nothing_and_goes_on_once_it_is_well_again(string name)
    {
        var trick = Tricks.All[name];
        var inService = await Guest.IssueAsync();
        trick.Play(Authority);
        Guest.Options = trick.Patience(Guest.Options);

        var failure = await FailAsync();

        Assert.Equal(trick.Code, failure.Problem.Code);
        Assert.NotEmpty(failure.Problem.Remedy);
        Assert.All([failure.Problem.Found, failure.Problem.Remedy, .. failure.Problem.Details], words => Assert.InRange(words.Length, 1, 1500));
        Assert.InRange(failure.Problem.Details.Length, 0, 200);
        Assert.DoesNotContain(failure.Problem.Found, char.IsControl);
        Assert.Equal([inService], Guest.Stored);
        Assert.Equal(trick.KeepsOrder, Guest.Journal.Current?.OrderUrl is not null);
        Assert.True(!trick.KeepsOrder || AcmeProblems.IsTransient(trick.Code), "an order is kept for a failure that passes");

        await GoesOnAsync(trick.KeepsOrder);
    }

    [Theory]
    [InlineData("7200", 120)]
    [InlineData("99999999999999999999", 365 * 1440)]
    [InlineData("-7200", null)]
    [InlineData("Mon, 01 Jan 1990 00:00:00 GMT", 0)]
    public async Task passes_a_wait_on_only_where_it_is_one(string retryAfter, int? minutes)
    {
        Guest.Options = Guest.Options with { ShortWait = TimeSpan.FromSeconds(-1) };
        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return ScriptedAuthority.RefuseAsync(context, 429, "rateLimited", "busy");
        };

        Assert.Equal(minutes, (int?)AcmeProblems.RetryAfterOf(await FailAsync())?.TotalMinutes);
    }

    [Fact]
    public async Task reads_no_more_of_an_endless_answer_than_its_limit()
    {
        Tricks.All["JSON without end"].Play(Authority);

        await FailAsync();

        // Three tries of 1 MiB each, and what the sockets hold: how much that is, Linux decides: 74 MiB were seen.
        Assert.InRange(Authority.Written, 1, 256 * 1024 * 1024);
    }

    [Fact]
    public async Task tells_a_name_that_was_not_ordered_to_no_solver()
    {
        Tricks.All["a name that was not ordered"].Play(Authority);

        await FailAsync();

        Assert.Empty(Guest.Presented);
    }

    [Theory]
    [InlineData(-25)]
    [InlineData(25)]
    public async Task takes_an_order_that_comes_to_nothing_for_a_day_for_lost(int hours)
    {
        var trick = Tricks.All["the order pending for ever"];
        trick.Play(Authority);
        Guest.Options = trick.Patience(Guest.Options);
        await FailAsync();
        await Guest.Journal.SaveAsync(
            Guest.Journal.Current! with { OrderedAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromHours(hours) }, CancellationToken.None);
        Authority.Scripts["/order/1"] = context => Order(context, "pending");

        await FailAsync();

        Assert.Equal(2, Count("/order"));
        Assert.InRange(Guest.Journal.Current!.OrderedAt!.Value, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow());

        Task Order(HttpContext context, string status)
        {
            var order = Authority.Order();
            order["status"] = status;
            return ScriptedAuthority.WriteAsync(context, 200, order);
        }
    }

    [Fact]
    public async Task finds_its_urls_again_when_it_has_moved_them()
    {
        using var client = new AcmeClient(Guest.Options, Guest.Http, Guest.Accounts, TimeProvider.System);
        await client.GetDirectoryAsync(TestContext.Current.CancellationToken);
        Authority.Prefix = "/v2";
        foreach (var old in (string[])["/nonce", "/account", "/order"])
        {
            Authority.Scripts[old] = context =>
            {
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            };
        }

        await Guest.IssueAsync(client);

        Assert.Equal(1, Count("/v2/order"));
        Assert.Single(Guest.Stored);
    }

    [Fact]
    public async Task is_content_with_wrong_content_types_and_headers_given_twice()
    {
        foreach (var path in (string[])["/dir", "/account", "/order", "/order/1", "/authz/1", "/challenge/1", "/finalize/1", "/cert/1"])
        {
            Authority.Scripts[path] = async context =>
            {
                context.Response.OnStarting(() =>
                {
                    var headers = context.Response.Headers;
                    headers.ContentType = "text/html; charset=x";
                    headers.Location = new([headers.Location, "https://other.example/"]);
                    headers["Replay-Nonce"] = new([$"{headers["Replay-Nonce"]}", "another"]);
                    headers.RetryAfter = new(["0", "99999"]);
                    return Task.CompletedTask;
                });
                await Authority.BehaveAsync(context, path, Authority.Requests.Last().Payload);
            };
        }

        await Guest.IssueAsync();

        Assert.Single(Guest.Stored);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public async Task needs_no_nonce_from_answers_and_drowns_in_none(int nonces)
    {
        Authority.Nonces = nonces;

        await Guest.IssueAsync();

        Assert.Single(Guest.Stored);
    }

    [Fact]
    public async Task follows_no_loop_of_alternate_chains()
    {
        Authority.Scripts["/cert/1"] = context =>
        {
            context.Response.Headers.Link = new([.. Enumerable.Repeat("</cert/1>;rel=\"alternate\"", 500)]);
            return Authority.BehaveAsync(context, "/cert/1", null);
        };

        var issued = await Guest.IssueAsync(Customer.For("app.example") with { PreferredChain = "No Such Root" });

        Assert.Equal("Scripted Root", issued.Issuer);
        Assert.InRange(Count("/cert/1"), 2, 9);
    }

    [Theory]
    [InlineData("</cert/404>")]
    [InlineData("<https://169.254.169.254/>")]
    [InlineData("</garbage>")]
    [InlineData("<mailto:x>")]
    public async Task keeps_the_chain_it_has_when_an_alternate_is_of_no_use(string alternate)
    {
        Authority.Scripts["/cert/404"] = context => ScriptedAuthority.RefuseAsync(context, 404, "malformed", "gone");
        Authority.Scripts["/garbage"] = context => context.Response.WriteAsync("garbage");
        Authority.Scripts["/cert/1"] = context =>
        {
            context.Response.Headers.Link = $"{alternate};rel=\"alternate\"";
            return Authority.BehaveAsync(context, "/cert/1", null);
        };

        var issued = await Guest.IssueAsync(Customer.For("app.example") with { PreferredChain = "No Such Root" });

        Assert.Equal("Scripted Root", issued.Issuer);
    }

    [Theory]
    [InlineData("", "acme-server-timeout")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "acme-server-not-trusted")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", "acme-server-not-trusted")]
    public async Task names_one_that_does_not_speak_tls(string greeting, string code)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var accepted = GreetAsync(listener, greeting);
        using var guest = new Guest(new Uri($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/dir"));
        guest.Options = guest.Options with { RequestTimeout = TimeSpan.FromSeconds(2) };

        Assert.Equal(code, (await guest.FailAsync()).Problem.Code.Id);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => accepted);
    }

    private async Task<ProblemException> FailAsync()
    {
        using var limit = new CancellationTokenSource(Bound);
        return await Assert.ThrowsAsync<ProblemException>(() => Guest.IssueAsync(cancel: limit.Token));
    }

    private async Task GoesOnAsync(bool withTheSameOrder)
    {
        var (orders, stored) = (Count("/order"), Guest.Stored.Count);
        Authority.Scripts.Clear();
        Guest.Options = new() { DirectoryUrl = Guest.Options.DirectoryUrl };

        await Guest.IssueAsync();

        Assert.Equal(stored + 1, Guest.Stored.Count);
        Assert.Equal(withTheSameOrder ? orders : orders + 1, Count("/order"));
        Assert.Equal(1, Count("/account"));
        Assert.Null(Guest.Journal.Current);
    }

    private int Count(string path) => Authority.Requests.Count(seen => seen.Path == path);

    private static async Task GreetAsync(TcpListener listener, string greeting)
    {
        List<Socket> held = [];
        try
        {
            while (true)
            {
                held.Add(await listener.AcceptSocketAsync());
                await held[^1].SendAsync(System.Text.Encoding.ASCII.GetBytes(greeting), SocketFlags.None);
            }
        }
        finally
        {
            held.ForEach(socket => socket.Dispose());
        }
    }
}
