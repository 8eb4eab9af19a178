using System.Net;
using System.Net.WebSockets;
using System.Text;
using Berth.Edge.Tests.Support;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Tests;

public sealed class Talking_over_a_websocket
{
    [Theory]
    [InlineData("ws", 1)]
    [InlineData("wss", 1)]
    [InlineData("wss", 2)]
    public async Task carries_messages_both_ways(string scheme, int version)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(EchoAsync)));
        using var client = edge.Client();

        using var socket = await ConnectAsync(client, scheme, version);

        Assert.Equal("one", await EchoAsync(socket, "one"));
        Assert.Equal(new string('x', 100_000), await EchoAsync(socket, new string('x', 100_000)));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, "done", TestContext.Current.CancellationToken);
        Assert.Equal("done", socket.CloseStatusDescription);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task may_be_silent_for_longer_than_a_request(int version)
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { ActivityTimeout = TimeSpan.FromSeconds(1) });
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(EchoAsync)));
        using var client = edge.Client();
        using var socket = await ConnectAsync(client, "wss", version);

        // Longer than the request timeout and the time the web server's clock ticks in.
        await Task.Delay(TimeSpan.FromSeconds(1.5), TimeProvider.System, TestContext.Current.CancellationToken);

        Assert.Equal("still there", await EchoAsync(socket, "still there"));
    }

    [Fact]
    public async Task ends_after_the_silence_allowed_to_it()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { UpgradedIdleTimeout = TimeSpan.FromMilliseconds(200) });
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(EchoAsync)));
        using var client = edge.Client();
        using var socket = await ConnectAsync(client, "ws", 1);

        await Assert.ThrowsAsync<WebSocketException>(
            async () => await socket.ReceiveAsync(new byte[1].AsMemory(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task tells_the_visitor_when_the_app_does_not_want_it()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(context =>
        {
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        })));
        using var client = edge.Client();

        var refused = await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync(client, "ws", 1));

        Assert.Contains("403", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<ClientWebSocket> ConnectAsync(HttpMessageInvoker client, string scheme, int version)
    {
        var socket = new ClientWebSocket();
        socket.Options.HttpVersion = version == 2 ? HttpVersion.Version20 : HttpVersion.Version11;
        socket.Options.HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact;
        await socket.ConnectAsync(new Uri($"{scheme}://app.example/chat"), client, TestContext.Current.CancellationToken);
        return socket;
    }

    private static async Task<string> EchoAsync(WebSocket socket, string text)
    {
        var cancel = TestContext.Current.CancellationToken;
        await socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, cancel);
        var (received, buffer) = (0, new byte[text.Length + 1]);
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer.AsMemory(received), cancel);
            received += part.Count;
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(buffer, 0, received);
            }
        }
    }

    private static async Task EchoAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var buffer = new byte[65536];
        while (await socket.ReceiveAsync(buffer.AsMemory(), context.RequestAborted) is { MessageType: not WebSocketMessageType.Close } part)
        {
            await socket.SendAsync(buffer.AsMemory(0, part.Count), part.MessageType, part.EndOfMessage, context.RequestAborted);
        }

        await socket.CloseAsync(socket.CloseStatus!.Value, socket.CloseStatusDescription, context.RequestAborted);
    }
}
