using System.Net;
using System.Net.Sockets;
using Berth.Edge.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Tests;

public sealed class Reaching_an_app_that_fails
{
    [Fact]
    public async Task says_502_when_it_is_not_running()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", certificate: null);
        using var client = edge.Client();

        Assert.Equal("502 The app is not running.\n", await client.ShowAsync("http://app.example/"));
    }

    [Fact]
    public async Task says_502_when_it_refuses_the_connection()
    {
        using var closed = new Closed();
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, closed.Target);
        using var client = edge.Client();

        Assert.StartsWith("502 The app did not", await client.ShowAsync("http://app.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_502_when_it_ends_without_an_answer()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        })));
        using var client = edge.Client();

        Assert.StartsWith("502", await client.ShowAsync("http://app.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_504_when_it_does_not_answer_in_time()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { ActivityTimeout = TimeSpan.FromMilliseconds(200) });
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(SilentAsync)));
        using var client = edge.Client();

        Assert.Equal("504 The app did not answer in time.\n", await client.ShowAsync("http://app.example/"));
    }

    [Fact]
    public async Task waits_as_long_as_the_host_allows()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", new EdgeHost
        {
            App = TestEdge.AppOf("app.example"),
            Targets = [await edge.RunAsync(Backend.StartAsync(SilentAsync))],
            ActivityTimeout = TimeSpan.FromMilliseconds(200),
        });
        using var client = edge.Client();

        Assert.StartsWith("504", await client.ShowAsync("http://app.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task cuts_the_response_off_when_the_app_dies_in_the_middle_of_it()
    {
        await using var edge = await TestEdge.StartAsync();
        var seen = new SemaphoreSlim(0);
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(async context =>
        {
            await context.Response.WriteAsync("half");
            await seen.WaitAsync(context.RequestAborted);
            context.Abort();
        })));
        using var client = edge.Client();
        using var response = await client.GetAsync("http://app.example/");
        await using var body = await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken);
        await body.ReadExactlyAsync(new byte[4], TestContext.Current.CancellationToken);

        seen.Release();

        await Assert.ThrowsAnyAsync<IOException>(async () => await body.ReadExactlyAsync(new byte[1], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task leaves_the_app_its_own_error_pages()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(context =>
        {
            context.Response.StatusCode = 502;
            return context.Response.WriteAsync("my own words");
        })));
        using var client = edge.Client();

        Assert.Equal("502 my own words", await client.ShowAsync("http://app.example/"));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("POST")]
    public async Task tries_another_process_when_one_refuses_the_connection(string method)
    {
        using var closed = new Closed();
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, closed.Target, await edge.RunAsync(Backend.StartAsync(async context =>
            await context.Request.Body.CopyToAsync(context.Response.Body))));
        using var client = edge.Client();

        for (var i = 0; i < 10; i++)
        {
            using var response = await client.SendAsync(
                HttpMethod.Parse(method), "http://app.example/", request => request.Content = method == "POST" ? new StringContent("sent once") : null);

            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(method == "POST" ? "sent once" : "", await response.TextAsync());
        }
    }

    [Fact]
    public async Task says_502_once_two_processes_have_refused()
    {
        using var one = new Closed();
        using var two = new Closed();
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, one.Target, two.Target);
        using var client = edge.Client();

        Assert.StartsWith("502", await client.ShowAsync("http://app.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task does_not_repeat_a_request_that_a_process_may_have_begun()
    {
        var calls = 0;
        await using var edge = await TestEdge.StartAsync();
        Task AbortAsync(HttpContext context)
        {
            Interlocked.Increment(ref calls);
            context.Abort();
            return Task.CompletedTask;
        }

        edge.Host(
            "app.example", null, await edge.RunAsync(Backend.StartAsync(AbortAsync)), await edge.RunAsync(Backend.StartAsync(AbortAsync)));
        using var client = edge.Client();

        using var response = await client.SendAsync(
            HttpMethod.Post, "http://app.example/", request => request.Content = new StringContent("order one"));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        Assert.Equal(1, calls);
    }

    private static async Task SilentAsync(HttpContext context)
    {
        var gone = new TaskCompletionSource();
        await using var _ = context.RequestAborted.Register(gone.SetResult);
        await gone.Task;
    }

    /// <summary>A port that is bound, so nobody else gets it, but refuses connections.</summary>
    private sealed class Closed : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);

        internal Closed() => _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));

        internal EdgeTarget Target => EdgeTarget.Loopback(((IPEndPoint)_socket.LocalEndPoint!).Port);

        public void Dispose() => _socket.Dispose();
    }
}
