using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Acme.Protocol;
using Microsoft.AspNetCore.Http;

namespace Berth.Authority.Tests;

/// <summary>RFC 8555 §7.5, §8.3.</summary>
public sealed class Proving_a_name : WithAuthority
{
    private protected override AuthorityOptions Change(AuthorityOptions options) => options with
    {
        KnownAddresses = options.KnownAddresses
            .Add("metadata.example", [IPAddress.Parse("169.254.169.254")])
            .Add("mapped.example", [IPAddress.Parse("::ffff:169.254.169.254")])
            .Add("mixed.example", [IPAddress.Parse("169.254.169.254"), IPAddress.Loopback])
            .Add("nothing.example", []),
    };

    [Fact]
    public async Task offers_every_challenge_while_pending_and_shows_the_one_that_decided()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        foreach (var (name, status) in new[] { ("good.localhost", "valid"), ("bad.localhost", "invalid") })
        {
            var (url, order) = await client.OrderAsync(name);
            var pending = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);
            Assert.True(pending.Challenges.Count > 2);
            Assert.Null(pending.Wildcard);
            var challenge = pending.Challenges.Single(one => one.Type == ChallengeType.Http01);
            if (status == "valid")
            {
                Host.Answer(challenge.Token!, KeyAuthorization.Of(challenge.Token!, client.Key.Thumbprint));
            }

            await client.PostAsync(challenge.Url, "{}");
            await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != AcmeStatus.Pending);

            var decided = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);
            Assert.Equal((status, ChallengeType.Http01), (decided.Status, Assert.Single(decided.Challenges).Type));
            Assert.NotNull(decided.Expires);
        }
    }

    [Fact]
    public async Task starts_with_an_empty_object_and_reading_never_starts_it()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (_, order) = await client.OrderAsync("a.localhost");
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);

        var read = await client.PostAsync(challenge.Url);
        Assert.Equal("pending", read.As(AcmeJson.Default.Challenge).Status);
        Assert.Contains(read.Links, link => link == new WebLink(order.Authorizations[0], "up"));
        foreach (var payload in new[] { "[]", "null", "1", "{", "\"{}\"" })
        {
            (await client.PostAsync(challenge.Url, payload)).Refuses(AcmeError.Malformed, 400);
        }

        Assert.Equal("pending", (await client.ChallengeOfAsync(order.Authorizations[0])).Status);
        Assert.Equal(0, Host.Requests);
    }

    [Fact]
    public async Task makes_the_authorization_valid_and_says_when()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");

        Assert.Equal("ready", (await client.ProveAsync(url, order, Host)).Status);

        var authorization = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);
        Assert.Equal("valid", authorization.Status);
        Assert.Equal(ChallengeType.Http01, authorization.Challenges.Single().Type);
        Assert.NotNull(authorization.Challenges.Single().Validated);
        Assert.True(KeyAuthorization.IsToken(authorization.Challenges.Single().Token));
    }

    [Fact]
    public async Task does_not_validate_twice()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);

        var again = await client.PostAsync(challenge.Url, "{}");

        Assert.Equal("valid", again.As(AcmeJson.Default.Challenge).Status);
        Assert.Equal(1, Host.Requests);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("\r\n", true)]
    [InlineData(" \t\n\n", true)]
    [InlineData("x", false)]
    [InlineData("\0", false)]
    public async Task allows_white_space_after_the_key_authorization_and_nothing_else(string tail, bool isProof)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context => context.Response.WriteAsync(
            KeyAuthorization.Of(((string)context.Request.Path!).Split('/')[^1], client.Key.Thumbprint) + tail);

        Assert.Equal(isProof ? "ready" : "invalid", (await OutcomeAsync(client, "a.localhost")).Status);
    }

    [Fact]
    public async Task tells_address_and_finding_when_the_proof_is_wrong()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context => context.Response.WriteAsync("something else\n");

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal("invalid", order.Status);
        Assert.Equal(AcmeError.IncorrectResponse, order.Error!.Type);
        Assert.Null(order.Error.Identifier);
        Assert.Equal("a.localhost", order.Error.Subproblems!.Single().Identifier!.Value);
        Assert.Contains("127.0.0.1", order.Error.Detail, StringComparison.Ordinal);
        Assert.Contains("something else", order.Error.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("\n", order.Error.Detail, StringComparison.Ordinal);
        var authorization = await client.ReadAsync(order.Authorizations[0], AcmeJson.Default.Authorization);
        Assert.Equal(("invalid", "invalid"), (authorization.Status, authorization.Challenges.Single().Status));
        Assert.Equal(AcmeError.IncorrectResponse, authorization.Challenges.Single().Error!.Type);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(500)]
    [InlineData(204)]
    public async Task wants_status_200(int status)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context =>
        {
            context.Response.StatusCode = status;
            return Task.CompletedTask;
        };

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal(AcmeError.IncorrectResponse, order.Error!.Type);
        Assert.Contains($"{status}", order.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_which_addresses_refused_the_connection()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        await Host.DisposeAsync();

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal(AcmeError.Connection, order.Error!.Type);
        Assert.Contains("::1 nor 127.0.0.1", order.Error.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(10, "ready")]
    [InlineData(11, "invalid")]
    public async Task follows_ten_redirects(int redirects, string outcome)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context => RedirectAsync(context, client.Key.Thumbprint, redirects);

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal(outcome, order.Status);
        Assert.Equal(11, Host.Requests);
    }

    [Theory]
    [InlineData("http://a.localhost:22/", "port 22")]
    [InlineData("ftp://a.localhost/", "only http and https")]
    [InlineData("http://127.0.0.1/", "not addresses")]
    [InlineData("http://[::1]/", "not addresses")]
    [InlineData("http://2130706433/", "not addresses")]
    [InlineData("http://u:p@a.localhost/", "user name")]
    [InlineData("file:///etc/passwd", "only http and https")]
    public async Task follows_redirects_to_web_ports_of_host_names_only(string location, string why)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context =>
        {
            context.Response.Redirect(location);
            return Task.CompletedTask;
        };

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal(AcmeError.Connection, order.Error!.Type);
        Assert.Contains(why, order.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task never_connects_to_a_reserved_address_by_redirect_either()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context =>
        {
            context.Response.Redirect($"http://metadata.example:{Host.Port}/latest");
            return Task.CompletedTask;
        };

        Assert.Equal(AcmeError.RejectedIdentifier, (await OutcomeAsync(client, "a.localhost")).Error!.Type);
    }

    [Theory]
    [InlineData("metadata.example", AcmeError.RejectedIdentifier, "link-local")]
    [InlineData("mapped.example", AcmeError.RejectedIdentifier, "link-local")]
    [InlineData("nothing.example", AcmeError.Dns, "no address")]
    public async Task refuses_names_that_lead_nowhere_good(string name, string error, string why)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);

        var order = await OutcomeAsync(client, name);

        Assert.Equal(error, order.Error!.Type);
        Assert.Contains(why, order.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task reflects_no_more_of_an_answer_than_a_short_printable_part()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context => context.Response.WriteAsync("\u0007\u001b[31m<script>" + new string('z', 100));

        var detail = (await OutcomeAsync(client, "a.localhost")).Error!.Detail!;

        Assert.DoesNotContain(detail, char.IsControl);
        Assert.DoesNotContain(new string('z', 60), detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task checks_the_address_of_every_hop_and_connects_to_the_one_it_has_checked()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        // The name leads to 127.0.0.1 when it is asked first; a second look-up would be a rebinding's chance, and there is none.
        Host.Behaviour = context =>
        {
            context.Response.Redirect($"http://mapped.example:{Host.Port}{context.Request.Path}");
            return Task.CompletedTask;
        };

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal(AcmeError.RejectedIdentifier, order.Error!.Type);
        Assert.Equal(1, Host.Requests);
    }

    [Fact]
    public async Task takes_the_usable_address_of_a_name_that_has_others_too()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("mixed.example");

        Assert.Equal("ready", (await client.ProveAsync(url, order, Host)).Status);
    }

    [Fact]
    public async Task stops_reading_an_endless_body()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var listener = new TcpListener(IPAddress.IPv6Loopback, Host.Port);
        listener.Start();
        var sending = SendEndlesslyAsync(listener);

        var order = await OutcomeAsync(client, "a.localhost");

        Assert.Equal(AcmeError.IncorrectResponse, order.Error!.Type);
        Assert.Contains("128 bytes", order.Error.Detail, StringComparison.Ordinal);
        // What the kernel buffers on both sides, no more.
        Assert.InRange(await sending, 128, 32 * 1024 * 1024);
    }

    [Theory]
    [InlineData(127, "not the key authorization")]
    [InlineData(128, "128 bytes or more")]
    public async Task reads_up_to_127_bytes(int length, string finding)
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        Host.Behaviour = context => context.Response.WriteAsync(new string('a', length));

        Assert.Contains(finding, (await OutcomeAsync(client, "a.localhost")).Error!.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task survives_a_host_that_speaks_no_HTTP()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        using var listener = new TcpListener(IPAddress.IPv6Loopback, Host.Port);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var connection = await listener.AcceptSocketAsync();
            await connection.SendAsync(Encoding.ASCII.GetBytes(new string('x', 100_000) + "\r\n"));
        });

        var order = await OutcomeAsync(client, "a.localhost");
        await serving;

        Assert.Equal(AcmeError.Connection, order.Error!.Type);
        Assert.Contains("::1", order.Error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ends_an_order_whose_authorization_is_deactivated()
    {
        using var client = await AcmeTestClient.RegisterAsync(Authority);
        var (url, order) = await client.OrderAsync("a.localhost");
        await client.ProveAsync(url, order, Host);

        var answer = await client.PostAsync(order.Authorizations[0], """{"status":"deactivated"}""");

        Assert.Equal("deactivated", answer.As(AcmeJson.Default.Authorization).Status);
        Assert.Equal("invalid", (await client.ReadAsync(url, AcmeJson.Default.Order)).Status);
        Assert.Equal("pending", (await client.OrderAsync("a.localhost")).Order.Status);
        (await client.PostAsync(order.Authorizations[0], """{"status":"valid"}""")).Refuses(AcmeError.Malformed, 400);
    }

    private static async Task<long> SendEndlesslyAsync(TcpListener listener)
    {
        using var connection = await listener.AcceptSocketAsync();
        var sent = 0L;
        var next = Encoding.ASCII.GetBytes("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n");
        try
        {
            while (true)
            {
                sent += await connection.SendAsync(next);
                next = new byte[4096];
            }
        }
        catch (SocketException)
        {
            return sent;
        }
    }

    private static async Task<Order> OutcomeAsync(AcmeTestClient client, string name)
    {
        var (url, order) = await client.OrderAsync(name);
        var challenge = await client.ChallengeOfAsync(order.Authorizations[0]);
        await client.PostAsync(challenge.Url, "{}");
        return await client.WaitAsync(url, AcmeJson.Default.Order, found => found.Status != "pending");
    }

    private static Task RedirectAsync(HttpContext context, string thumbprint, int redirects)
    {
        var step = int.Parse(context.Request.Query["step"].FirstOrDefault() ?? "0", null);
        if (step == redirects)
        {
            return context.Response.WriteAsync(
                KeyAuthorization.Of(((string)context.Request.Path!).Split('/')[^1], thumbprint));
        }

        context.Response.Redirect($"{context.Request.Path}?step={step + 1}");
        return Task.CompletedTask;
    }
}
