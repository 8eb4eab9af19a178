using Berth.Edge.Tests.Support;
using Berth.Kernel;

namespace Berth.Edge.Tests;

/// <summary>What the edge and an app could read differently reaches no app (RFC 9112 §3.2 and §6).</summary>
public sealed class Reading_a_request_in_one_way
{
    private const string Fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    [Theory]
    [InlineData("a.example:65536")]
    [InlineData("a.example:99999")]
    [InlineData("[::1]:65536")]
    [InlineData("[:::::]")]
    [InlineData("a..example")]
    [InlineData(".example")]
    [InlineData("-a.example")]
    [InlineData("_a.example")]
    [InlineData("a!b.example")]
    [InlineData("xn--\u00fc.example")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789g123.example")]
    public async Task refuses_a_host_that_is_none_even_where_an_app_takes_all_others(string host)
    {
        await using var app = new RawApp(Fine);
        await using var edge = await ForAllAsync(app);

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(app.Requests);
    }

    [Theory]
    [InlineData("a.example:65535")]
    [InlineData("a.example:0")]
    [InlineData("a.example.")]
    [InlineData("A.Example")]
    [InlineData("a_b.example")]
    [InlineData("a-.example")]
    [InlineData("xn--bcher-kva.example")]
    [InlineData("xn--a.example")]
    [InlineData("xn--0000000000000.xn--.example:80")]
    [InlineData("192.0.2.1:8080")]
    [InlineData("1.2")]
    [InlineData("999.999.999.999")]
    [InlineData("[2001:db8::1]:8080")]
    [InlineData("[::ffff:192.0.2.1]")]
    [InlineData("a123456789b123456789c123456789d123456789e123456789f123456789g12.example")]
    public async Task shows_an_app_the_host_once_as_it_was_written(string host)
    {
        await using var app = new RawApp(Fine);
        await using var edge = await ForAllAsync(app);

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Equal([$"Host: {host}"], HostsIn(Assert.Single(app.Requests)));
    }

    [Theory]
    [InlineData("GET / HTTP/1.0\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n")]
    public async Task shows_an_app_one_host_also_when_the_visitor_names_none(string request)
    {
        await using var app = new RawApp(Fine);
        await using var edge = await ForAllAsync(app);

        Assert.StartsWith("HTTP/1.1 200 ", await edge.RawAsync(request), StringComparison.Ordinal);
        Assert.Single(HostsIn(Assert.Single(app.Requests)));
    }

    [Theory]
    [InlineData("400", "HTTP/1.1", "Content-Length: +2\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.1", "Content-Length: 2 2\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.1", "Content-Length: 0x2\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.1", "Content-Length: 2,2\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.1", "Content-Length: 00000000000000000000000002\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.1", "Content-Length: \u00b2\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.1", "Content-Length:\r\n\r\nhi")]
    [InlineData("400", "HTTP/1.0", "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("501", "HTTP/1.1", "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("501", "HTTP/1.1", "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    [InlineData("501", "HTTP/1.1", "Transfer-Encoding: chunked, chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n")]
    public async Task ends_the_connection_with_a_body_whose_length_is_not_plain(string status, string version, string rest)
    {
        await using var app = new RawApp(Fine);
        await using var edge = await ForAllAsync(app);

        var answer = await edge.RawAsync($"POST / {version}\r\nHost: a.example\r\n{rest}GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        Assert.Single(answer.Split("HTTP/1.1 ", StringSplitOptions.RemoveEmptyEntries));
        Assert.Empty(app.Requests);
    }

    private static async Task<TestEdge> ForAllAsync(RawApp app)
    {
        var edge = await TestEdge.StartAsync();
        var name = AppName.Parse("rest");
        edge.Server.Update(snapshot => snapshot.WithApp(name, [], new EdgeHost { App = name, Targets = [app.Target] }));
        return edge;
    }

    private static string[] HostsIn(string request) =>
        [.. request.Split("\r\n").Where(line => line.StartsWith("Host:", StringComparison.OrdinalIgnoreCase))];
}
