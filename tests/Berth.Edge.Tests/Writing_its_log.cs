using Berth.Edge.Hosting;
using Berth.Edge.Tests.Support;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Tests;

public sealed class Writing_its_log
{
    [Fact]
    public async Task tells_the_owner_which_app_failed_where()
    {
        using var log = new MemoryLog();
        await using var edge = await TestEdge.StartAsync(logs: log);
        var target = await edge.RunAsync(Backend.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        }));
        edge.Host("shop.example", null, target);
        using var client = edge.Client();

        await client.ShowAsync("http://shop.example/");

        Assert.Contains(log.Lines, line => line.Contains($"App shop at {target}: Request, visitor got 502", StringComparison.Ordinal));
    }

    [Fact]
    public async Task tells_the_owner_which_certificate_cannot_be_served_and_never_shows_a_key()
    {
        using var log = new MemoryLog();
        await using var edge = await TestEdge.StartAsync(logs: log);
        var (chain, key) = (edge.Issuer.Issue("bad.example").Chain, edge.Issuer.Issue("other.example").Key);
        edge.Host("bad.example", EdgeCertificate.FromPem(chain, key), await edge.RunAsync(Backend.SayingAsync("app")));
        using var client = edge.Client();

        await client.ShowAsync("https://bad.example/");

        Assert.Contains(log.Lines, line => line.Contains("edge-certificate-unusable", StringComparison.Ordinal));
        Assert.DoesNotContain(log.Lines, line => line.Contains(key.Split('\n')[1], StringComparison.Ordinal));
    }

    [Fact]
    public async Task leaves_no_trace_that_strangers_could_fill_a_disk_with()
    {
        using var log = new MemoryLog();
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { HandshakeTimeout = TimeSpan.FromMilliseconds(200) }, logs: log);
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(context => context.Request.Body.CopyToAsync(Stream.Null))));
        var before = log.Lines.Count;

        await edge.RawAsync("no request at all\r\n\r\n");
        await edge.RawAsync("GET / HTTP/1.1\r\nHost: unknown.example\r\nConnection: close\r\n\r\n");
        await edge.RawAsync("POST / HTTP/1.1\r\nHost: app.example\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n\r\n");
        await edge.RawAsync("no handshake at all\r\n", https: true);
        await edge.RawAsync("\x16\x03\x01", https: true);
        await edge.RawAsync("\x15\x03\x01\x00\x02\x02\x28", https: true);
        await edge.RawAsync("\x15\x03\x01\x00\x02\x01\x00", https: true);
        await edge.RawAsync("\x16\x03\x01\x00\x00", https: true);
        await edge.RawAsync("\x14\x03\x03\x00\x01\x01", https: true);
        await edge.RawAsync("\x17\x03\x03\x00\x00", https: true);
        await edge.RawAsync("\x16\x03\x01\x00\x04\x01\x00\x00\x00", https: true);

        Assert.Equal("", string.Join('\n', log.Lines.Skip(before)));
    }

    [Theory]
    [InlineData(LogLevel.Critical, 23, false)]
    [InlineData(LogLevel.Error, 0, false)]
    [InlineData(LogLevel.Critical, 0, true)]
    [InlineData(LogLevel.Error, 13, true)]
    public void passes_on_of_the_web_server_what_concerns_more_than_one_connection(LogLevel level, int number, bool isPassedOn)
    {
        using var log = new MemoryLog();
        using var quiet = new QuietFrameworkLogs(log);

        quiet.CreateLogger("Microsoft.AspNetCore.Server.Kestrel").Log(level, new EventId(number), "words", null, (words, _) => words);

        Assert.Equal(isPassedOn, log.Lines.Count == 1);
    }
}
