using System.Diagnostics;
using System.Net.Security;
using Berth.Edge.Hosting;
using Berth.Edge.Tests.Support;

namespace Berth.Edge.Tests;

public sealed class Meeting_hostile_visitors
{
    /// <summary>As <c>/proc/self/limits</c> says it. One connection more could not be accepted, and would be tried for over and over.</summary>
    [Theory]
    [InlineData("Max open files            1024                 524288               files", 462L)]
    [InlineData("Max open files            20                   20                   files", 10L)]
    [InlineData("Max open files            unlimited            unlimited            files", null)]
    [InlineData("Max processes             127                  127                  processes", null)]
    public void takes_no_more_of_them_than_it_has_files_for(string line, long? most) =>
        Assert.Equal(most, OpenFiles.MostConnections(["Limit                     Soft Limit           Hard Limit           Units", line]));

    [Theory]
    [InlineData("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")]
    [InlineData("Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!")]
    [InlineData("Content-Length: 5, 6\r\n\r\nhello!")]
    [InlineData("Content-Length: -1\r\n\r\n")]
    [InlineData("Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    public async Task lets_no_second_request_hide_in_an_ambiguous_body(string rest)
    {
        await using var edge = await TestEdge.StartAsync();
        var seen = 0;
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(_ =>
        {
            Interlocked.Increment(ref seen);
            return Task.CompletedTask;
        })));

        var answer = await edge.RawAsync(
            $"POST / HTTP/1.1\r\nHost: app.example\r\n{rest}GET /smuggled HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");

        // The connection ends with the first request, and nothing of it reaches an app.
        Assert.Single(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
        Assert.Matches("^HTTP/1.1 400 ", answer);
        Assert.Equal(0, seen);
    }

    [Theory]
    [InlineData("5;ext=\n\r\nhello\r\n0\r\n\r\n")]
    [InlineData("0x5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("-5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("5\r\nhelloXX0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFF5\r\nhello\r\n0\r\n\r\n")]
    public async Task ends_the_connection_after_malformed_chunks(string chunks)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(async context =>
            await context.Request.Body.CopyToAsync(Stream.Null))));

        var answer = await edge.RawAsync(
            "POST / HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks
            + "GET /smuggled HTTP/1.1\r\nHost: app.example\r\n\r\n");

        Assert.Matches("^HTTP/1.1 400 ", answer);
        Assert.Single(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("Host: a.example\r\nHost: b.example\r\n")]
    [InlineData("Host: a.example b.example\r\n")]
    [InlineData("Host: a.example/path\r\n")]
    [InlineData("Host: user@a.example\r\n")]
    [InlineData("Host: a.example:port\r\n")]
    [InlineData("Host: a.example\0\r\n")]
    [InlineData("Host: \u00e4.example\r\n")]
    public async Task refuses_a_host_header_that_is_none(string header)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("a.example", null, await edge.RunAsync(Backend.SayingAsync("reached")));

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\n{header}Connection: close\r\n\r\n");

        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("reached", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_an_absolute_target_that_names_another_host_than_the_host_header()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("a.example", null, await edge.RunAsync(Backend.SayingAsync("reached")));
        edge.Host("b.example", null, await edge.RunAsync(Backend.SayingAsync("reached")));

        Assert.StartsWith(
            "HTTP/1.1 400 ",
            await edge.RawAsync("GET http://a.example/ HTTP/1.1\r\nHost: b.example\r\nConnection: close\r\n\r\n"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task takes_headers_up_to_the_limit_and_no_longer()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { MaxHeaderBytes = 4096, MaxHeaderCount = 10, MaxRequestLine = 512 });
        edge.Host("a.example", null, await edge.RunAsync(Backend.SayingAsync("reached")));

        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("/", $"X: {new string('x', 3900)}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync("/", $"X: {new string('x', 4096)}\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync("/", Lines(8)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await AskAsync("/", Lines(9)), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 200 ", await AskAsync($"/{new string('p', 496)}", ""), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 414 ", await AskAsync($"/{new string('p', 512)}", ""), StringComparison.Ordinal);

        Task<string> AskAsync(string target, string headers) =>
            edge.RawAsync($"GET {target} HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n{headers}\r\n");

        static string Lines(int count) => string.Concat(Enumerable.Range(0, count).Select(i => $"X{i}: y\r\n"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task does_not_wait_for_ever_for_slow_headers(bool https)
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { HeadersTimeout = TimeSpan.FromMilliseconds(500) });
        await using var stream = await SecureAsync(edge, https);
        var start = Stopwatch.GetTimestamp();

        var answer = await stream.RawAsync("GET / HTTP/1.1\r\nHost: a.exam");

        Assert.Matches("^(HTTP/1.1 408 |$)", answer);
        Assert.True(Stopwatch.GetElapsedTime(start).TotalSeconds >= 0.4);
    }

    [Fact]
    public async Task does_not_wait_for_ever_for_a_handshake()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { HandshakeTimeout = TimeSpan.FromMilliseconds(300) });

        Assert.Equal("", await edge.RawAsync("\x16\x03\x01", https: true));
    }

    [Fact]
    public async Task closes_a_connection_that_is_kept_for_nothing()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { KeepAliveTimeout = TimeSpan.FromMilliseconds(300) });

        var answer = await edge.RawAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task takes_no_more_connections_than_it_may()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { MaxConnections = 1 });
        await using var first = await edge.ConnectAsync(https: false, TestContext.Current.CancellationToken);
        await first.WriteAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        await first.ReadExactlyAsync(new byte[12], TestContext.Current.CancellationToken);

        Assert.Equal("", await edge.RawAsync("GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"));
    }

    [Fact]
    public async Task is_not_hurt_by_garbage_on_the_tls_port()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("a.example", null, await edge.RunAsync(Backend.SayingAsync("alive")));
        using var client = edge.Client();

        await edge.RawAsync("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n", https: true);
        await edge.RawAsync(new string('\0', 5000), https: true);
        await edge.RawAsync("\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00", https: true);
        await edge.RawAsync("SSH-2.0-OpenSSH_9.2\r\n", https: true);
        await edge.RawAsync("\x16\x03\x01 and nothing but noise\r\n\r\n", https: false);

        Assert.Equal("200 alive", await client.ShowAsync("https://a.example/"));
        Assert.Equal("200 alive", await client.ShowAsync("http://a.example/"));
    }

    [Fact]
    public async Task survives_a_flood_of_streams_that_are_reset_at_once()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("a.example", null, await edge.RunAsync(Backend.SayingAsync("alive")));
        await using var stream = await SecureAsync(edge, https: true, "h2");
        await stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\u0004\0\0\0\0\0"u8.ToArray(), TestContext.Current.CancellationToken);
        var reading = stream.ReadToCloseAsync();
        var id = 1;
        try
        {
            for (; id < 60_000 && !reading.IsCompleted; id += 2)
            {
                // HEADERS with END_STREAM and END_HEADERS: GET / https a.example, by HPACK's static table; then RST_STREAM.
                byte[] fields = [0x82, 0x84, 0x87, 0x41, 9, .. "a.example"u8];
                byte[] frames =
                [
                    0, 0, (byte)fields.Length, 1, 5, 0, 0, (byte)(id >> 8), (byte)id, .. fields,
                    0, 0, 4, 3, 0, 0, 0, (byte)(id >> 8), (byte)id, 0, 0, 0, 8,
                ];
                await stream.WriteAsync(frames, TestContext.Current.CancellationToken);
            }
        }
        catch (IOException)
        {
            // Cut off while still sending.
        }

        // The first frames are taken for what they are; after some hundreds the connection is closed for good.
        await reading;
        Assert.InRange(id, 200, 50_000);
        using var client = edge.Client();
        Assert.Equal("200 alive", await client.ShowAsync("https://a.example/"));
    }

    private static async Task<Stream> SecureAsync(TestEdge edge, bool https, string protocol = "http/1.1")
    {
        Stream stream = await edge.ConnectAsync(https, TestContext.Current.CancellationToken);
        if (https)
        {
            var secure = new SslStream(stream, leaveInnerStreamOpen: false, (_, certificate, _, _) => certificate is not null);
            await secure.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions { TargetHost = "a.example", ApplicationProtocols = [new SslApplicationProtocol(protocol)] },
                TestContext.Current.CancellationToken);
            stream = secure;
        }

        return stream;
    }
}
