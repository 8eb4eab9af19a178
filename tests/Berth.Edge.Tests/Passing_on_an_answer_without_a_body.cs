using Berth.Edge.Tests.Support;

namespace Berth.Edge.Tests;

/// <summary>204, 205 and 304 have no body (RFC 9110 §15.3.5, §15.3.6, §15.4.5); some apps send one.</summary>
public sealed class Passing_on_an_answer_without_a_body
{
    [Theory]
    [InlineData("204 No Content", "Content-Length: 5\r\n\r\nhello")]
    [InlineData("204 No Content", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("205 Reset Content", "Content-Length: 5\r\n\r\nhello")]
    [InlineData("205 Reset Content", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")]
    [InlineData("304 Not Modified", "Content-Length: 5\r\n\r\nhello")]
    public async Task leaves_off_what_an_app_sends_nevertheless(string status, string rest)
    {
        using var log = new MemoryLog();
        await using var app = new RawApp($"HTTP/1.1 {status}\r\nX-App: here\r\n{rest}");
        await using var edge = await TestEdge.StartAsync(logs: log);
        edge.Host("app.example", null, app.Target);
        var before = log.Lines.Count;

        var answer = await edge.RawAsync("GET / HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}\r\n", answer, StringComparison.Ordinal);
        Assert.Contains("\r\nX-App: here\r\n", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
        Assert.Equal(before, log.Lines.Count);
    }

    [Fact]
    public async Task leaves_the_connection_good_for_the_next_request()
    {
        await using var app = new RawApp("HTTP/1.1 205 Reset Content\r\nContent-Length: 5\r\n\r\nhello");
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", null, app.Target);

        var answer = await edge.RawAsync(
            "GET /1 HTTP/1.1\r\nHost: app.example\r\n\r\nGET /2 HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");

        Assert.Equal(2, answer.Split("HTTP/1.1 205 ", StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.DoesNotContain("hello", answer, StringComparison.Ordinal);
    }
}
