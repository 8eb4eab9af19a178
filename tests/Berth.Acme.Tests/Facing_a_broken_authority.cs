using System.Net;
using System.Net.Sockets;
using Berth.TestKit;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests;

public sealed class Facing_a_broken_authority(PebbleFixture pebble) : AtScriptedAuthority
{
    public static TheoryData<string> EveryPath =>
        ["/dir", "/nonce", "/account", "/order", "/order/1", "/authz/1", "/challenge/1", "/finalize/1", "/cert/1"];

    public static TheoryData<string> EveryPathWithABody => [.. EveryPath.Select(row => row.Data).Where(path => path != "/nonce")];

    [Fact]
    public async Task that_is_none_succeeds() => Assert.Equal("Scripted Root", (await Guest.IssueAsync()).Issuer);

    [Theory]
    [MemberData(nameof(EveryPath))]
    public async Task that_hangs_is_a_timeout_that_is_named(string path)
    {
        Guest.Options = Guest.Options with { RequestTimeout = TimeSpan.FromMilliseconds(400) };
        Authority.Scripts[path] = context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ServerTimeout, problem.Code);
        Assert.Contains("did not answer in time (at most 1 second)", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task that_hangs_in_mid_body_is_a_timeout_too()
    {
        Guest.Options = Guest.Options with { RequestTimeout = TimeSpan.FromMilliseconds(400) };
        Authority.Scripts["/dir"] = async context =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        Assert.Equal(AcmeProblems.ServerTimeout, (await Guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task that_hangs_while_the_caller_cancels_is_a_cancellation_and_no_problem()
    {
        using var stop = new CancellationTokenSource();
        Authority.Scripts["/order"] = async context =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Guest.IssueAsync(cancel: stop.Token));
    }

    [Theory]
    [MemberData(nameof(EveryPathWithABody))]
    public async Task that_breaks_off_is_named(string path)
    {
        Authority.Scripts[path] = async context =>
        {
            context.Response.ContentLength = 5000;
            await context.Response.WriteAsync("{\"status\":");
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        Assert.Equal(AcmeProblems.ResponseInvalid, (await Guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task that_closes_too_early_is_named()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var closing = CloseEarlyAsync(listener, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{"u8.ToArray());
        using var guest = new Guest(new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/dir"));

        Assert.Equal(AcmeProblems.ResponseInvalid, (await guest.FailAsync()).Problem.Code);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => closing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task that_sends_too_much_is_stopped(bool saysHowMuch)
    {
        const int Much = 3_000_000;
        Authority.Scripts["/cert/1"] = async context =>
        {
            context.Response.ContentLength = saysHowMuch ? Much : null;
            await context.Response.WriteAsync(new string('x', Much), context.RequestAborted);
        };

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ResponseInvalid, problem.Code);
        Assert.Contains("larger than 1048576 bytes", problem.Found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1024 * 1024, true)]
    [InlineData(1024 * 1024 + 1, false)]
    public async Task may_send_exactly_the_limit(int size, bool allowed)
    {
        Authority.Scripts["/dir"] = context => context.Response.WriteAsync(new string('x', size), context.RequestAborted);

        var found = (await Guest.FailAsync()).Problem.Found;

        Assert.Equal(allowed, found.Contains("is not the JSON", StringComparison.Ordinal));
    }

    // A challenge's answer says nothing that its authorization does not: it is not read.
    [Theory]
    [InlineData("/dir")]
    [InlineData("/account")]
    [InlineData("/order")]
    [InlineData("/order/1")]
    [InlineData("/authz/1")]
    [InlineData("/finalize/1")]
    [InlineData("/cert/1")]
    public async Task that_talks_nonsense_is_named(string path)
    {
        Authority.Scripts[path] = context => context.Response.WriteAsync("<html>\e[31m</html>");

        var problem = (await Guest.FailAsync()).Problem;

        Assert.Equal(AcmeProblems.ResponseInvalid, problem.Code);
        Assert.DoesNotContain('\e', problem.Found);
    }

    [Theory]
    [InlineData("""{"status":"pending","identifiers":[],"authorizations":[null],"finalize":"x"}""")]
    [InlineData("""{"status":null,"identifiers":[],"authorizations":[],"finalize":"x"}""")]
    [InlineData("""{"status":"pending","status":"valid","identifiers":[],"authorizations":[],"finalize":"x"}""")]
    [InlineData("""{"status":"pending","identifiers":[],"finalize":"x"}""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    public async Task that_sends_an_order_which_is_none_is_named(string order)
    {
        Authority.Scripts["/order"] = context =>
        {
            context.Response.Headers.Location = Authority.Url + "/order/1";
            return context.Response.WriteAsync(order);
        };

        Assert.Equal(AcmeProblems.ResponseInvalid, (await Guest.FailAsync()).Problem.Code);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task that_redirects_a_signed_request_is_not_followed(bool followed)
    {
        Guest.Http = LoopbackCertificate.CreateClient(Authority.Certificate, handler =>
        {
            ((SocketsHttpHandler)handler).AllowAutoRedirect = followed;
            return handler;
        });
        Authority.Scripts["/order"] = context =>
        {
            context.Response.StatusCode = StatusCodes.Status307TemporaryRedirect;
            context.Response.Headers.Location = Authority.Url + "/account";
            return Task.CompletedTask;
        };

        Assert.Equal(AcmeProblems.ResponseInvalid, (await Guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task that_hands_out_no_nonce_or_an_unusable_one_is_named()
    {
        Authority.Scripts["/nonce"] = context =>
        {
            context.Response.Headers["Replay-Nonce"] = "not/base64url=";
            return Task.CompletedTask;
        };

        Assert.Equal(AcmeProblems.ResponseInvalid, (await Guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task where_nobody_listens_is_a_refusal()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var url = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}/dir");
        listener.Stop();
        using var guest = new Guest(url);

        Assert.Equal(AcmeProblems.ServerRefused, (await guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task whose_name_nobody_knows_is_named()
    {
        using var guest = new Guest(new Uri("https://nobody.invalid/dir"));

        Assert.Equal(AcmeProblems.ServerHostUnknown, (await guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task whose_root_is_not_trusted_is_named()
    {
        using var guest = new Guest(pebble.Pebble.DirectoryUrl);

        Assert.Equal(AcmeProblems.ServerNotTrusted, (await guest.FailAsync()).Problem.Code);
    }

    [Fact]
    public async Task over_plain_http_is_not_spoken_to()
    {
        using var guest = new Guest(new Uri("http://ca.example/dir"));

        Assert.Equal(AcmeProblems.UrlInvalid, (await guest.FailAsync()).Problem.Code);
    }

    private static async Task CloseEarlyAsync(TcpListener listener, byte[] answer)
    {
        while (true)
        {
            using var socket = await listener.AcceptSocketAsync();
            await socket.ReceiveAsync(new byte[4096], SocketFlags.None);
            await socket.SendAsync(answer, SocketFlags.None);
            socket.Shutdown(SocketShutdown.Both);
        }
    }
}
