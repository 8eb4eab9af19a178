using System.Net;
using Berth.Edge.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Edge.Tests;

public sealed class Forwarding_a_request
{
    [Theory]
    [InlineData("http", 1)]
    [InlineData("https", 1)]
    [InlineData("https", 2)]
    public async Task tells_the_app_who_asked_and_how(string scheme, int version)
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_123));
        await using var edge = await TestEdge.StartAsync(time: time);
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));
        using var client = edge.Client();

        var seen = await client.ShowAsync($"{scheme}://app.example/", request => request.Over(version));

        Assert.StartsWith("200 GET / HTTP/1.1\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nHost: app.example\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Forwarded-For: 127.0.0.1\n", seen, StringComparison.Ordinal);
        Assert.Contains($"\nX-Forwarded-Proto: {scheme}\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Forwarded-Host: app.example\n", seen, StringComparison.Ordinal);
        Assert.Contains(
            $"\nX-Forwarded-Port: {(scheme == "http" ? edge.Server.HttpPort : edge.Server.HttpsPort)}\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Request-Start: 1790000000.123\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("X-Forwarded-For")]
    [InlineData("X-Forwarded-Proto")]
    [InlineData("X-Forwarded-Host")]
    [InlineData("X-Forwarded-Prefix")]
    [InlineData("X-Real-IP")]
    [InlineData("X-Request-Start")]
    [InlineData("Forwarded")]
    [InlineData("Proxy")]
    public async Task does_not_pass_on_a_visitors_own_claim(string header)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));
        using var client = edge.Client();

        var seen = await client.ShowAsync("http://app.example/", request =>
        {
            request.Headers.Add(header, "for=lie");
            request.Headers.Add("X-Other", "kept");
        });

        Assert.DoesNotContain("lie", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Other: kept\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task continues_the_claims_of_a_trusted_proxy()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { TrustedProxies = [IPNetwork.Parse("127.0.0.0/8")] });
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));
        using var client = edge.Client();

        var seen = await client.ShowAsync("http://app.example/", request =>
        {
            request.Headers.Add("X-Forwarded-For", "203.0.113.7");
            request.Headers.Add("X-Forwarded-Proto", "https");
        });

        Assert.Contains("\nX-Forwarded-For: 203.0.113.7, 127.0.0.1\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Forwarded-Proto: https\n", seen, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/a%2Fb%20c/%7Ed//e?f=%41&g=a+b&h")]
    [InlineData("/?a=\"<b>\"|{c}")]
    [InlineData("/x/./y/../z")]
    public async Task keeps_path_and_query_as_they_were_written(string target)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));

        var answer = await edge.RawAsync($"GET {target} HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");

        Assert.Contains($"\nGET {target} HTTP/1.1\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task turns_absolute_form_into_what_apps_expect()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));

        var answer = await edge.RawAsync("GET http://app.example/a%20b?c HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");

        Assert.Contains("\nGET /a%20b?c HTTP/1.1\n", answer, StringComparison.Ordinal);
        Assert.Contains("\nHost: app.example\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task drops_what_is_meant_for_this_hop_only()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));

        var answer = await edge.RawAsync(
            "GET / HTTP/1.1\r\nHost: app.example\r\nConnection: X-Hop, host, ?\r\nX-Hop: dropped\r\nX-End: kept\r\nKeep-Alive: 5\r\n\r\n"
            + "GET / HTTP/1.1\r\nHost: unknown.example\r\nConnection: close\r\n\r\n");

        Assert.DoesNotContain("dropped", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Keep-Alive", answer, StringComparison.Ordinal);
        Assert.Contains("\nX-End: kept\n", answer, StringComparison.Ordinal);
        Assert.Contains("\nHost: app.example\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task brings_back_status_headers_and_body_unchanged()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(async context =>
        {
            context.Response.StatusCode = 302;
            context.Response.Headers.Location = "/next";
            context.Response.Headers.Append("Set-Cookie", "a=1");
            context.Response.Headers.Append("Set-Cookie", "b=2");
            context.Response.Headers.ContentEncoding = "gzip";
            context.Response.Headers.Server = "my-app";
            await context.Response.WriteAsync("not really gzip");
        })));
        using var client = edge.Client();

        using var response = await client.GetAsync("http://app.example/");

        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal("/next", response.Headers.Location?.ToString());
        Assert.Equal(["a=1", "b=2"], response.Headers.GetValues("Set-Cookie"));
        Assert.Equal(["my-app"], response.Headers.GetValues("Server"));
        Assert.Equal("not really gzip", await response.TextAsync());
    }

    [Fact]
    public async Task streams_a_large_upload_of_unknown_length()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(CountAsync)));
        using var client = edge.Client();
        using var body = new StreamContent(new MemoryStream(new byte[40_000_000]));

        using var response = await client.SendAsync(HttpMethod.Post, "http://app.example/", request =>
        {
            request.Content = body;
            request.Headers.TransferEncodingChunked = true;
        });

        Assert.Equal("40000000", await response.TextAsync());
    }

    [Fact]
    public async Task waits_for_the_app_before_it_asks_for_an_expected_body()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(CountAsync)));
        using var client = edge.Client();

        using var response = await client.SendAsync(HttpMethod.Post, "http://app.example/", request =>
        {
            request.Content = new StringContent("12345");
            request.Headers.ExpectContinue = true;
        });

        Assert.Equal("5", await response.TextAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task refuses_a_body_longer_than_the_host_takes(bool chunked)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", new EdgeHost
        {
            App = TestEdge.AppOf("app.example"),
            Targets = [await edge.RunAsync(Backend.StartAsync(CountAsync))],
            MaxRequestBodySize = 1000,
        });
        using var client = edge.Client();

        // The web server counts the chunks' own lines as well.
        var longest = chunked ? 988 : 1000;
        Assert.Equal((200, $"{longest}"), await PostAsync(longest));
        Assert.Equal(413, (await PostAsync(longest + 1)).Status);

        async Task<(int Status, string Text)> PostAsync(int length)
        {
            using var response = await client.SendAsync(HttpMethod.Post, "http://app.example/", request =>
            {
                request.Content = new ByteArrayContent(new byte[length]);
                request.Headers.TransferEncodingChunked = chunked;
            });
            return ((int)response.StatusCode, await response.TextAsync());
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task shows_each_event_before_the_response_ends(int version)
    {
        await using var edge = await TestEdge.StartAsync();
        var next = new SemaphoreSlim(0);
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            for (var i = 0; i < 3; i++)
            {
                await context.Response.WriteAsync($"data: {i}\n\n");
                await next.WaitAsync(context.RequestAborted);
            }
        })));
        using var client = edge.Client();

        using var response = await client.GetAsync(
            "https://app.example/", request => request.Over(version));
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        // The app goes on only when the test has read: a buffered event would never come.
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal($"data: {i}", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
            Assert.Equal("", await reader.ReadLineAsync(TestContext.Current.CancellationToken));
            next.Release();
        }

        Assert.Null(await reader.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task serves_many_requests_at_once_on_one_http2_connection()
    {
        await using var edge = await TestEdge.StartAsync();
        var together = new Barrier(20);
        edge.Host("app.example", edge.Issuer.Certificate("app.example"), await edge.RunAsync(Backend.StartAsync(async context =>
        {
            await Task.Run(() => together.SignalAndWait(context.RequestAborted));
            await context.Response.WriteAsync(context.Request.Path);
        })));
        var connections = 0;
        using var client = edge.Client(_ => connections++);

        // None is answered before all twenty have arrived.
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i =>
            client.ShowAsync($"https://app.example/{i}", request => request.Over(2))));

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"200 /{i}"), answers);
        Assert.Equal(1, connections);
    }

    [Theory]
    [InlineData("TRACE / HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n")]
    [InlineData("CONNECT app.example:80 HTTP/1.1\r\nHost: app.example:80\r\nConnection: close\r\n\r\n")]
    public async Task does_not_forward_methods_that_are_for_proxies(string request)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));

        Assert.StartsWith("HTTP/1.1 405 ", await edge.RawAsync(request), StringComparison.Ordinal);
    }

    private static async Task CountAsync(HttpContext context)
    {
        var count = 0L;
        var buffer = new byte[65536];
        for (int read; (read = await context.Request.Body.ReadAsync(buffer)) > 0;)
        {
            count += read;
        }

        await context.Response.WriteAsync($"{count}");
    }
}
