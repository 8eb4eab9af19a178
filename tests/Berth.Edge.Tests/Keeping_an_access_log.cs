using System.Text.RegularExpressions;
using Berth.Edge.Logging;
using Berth.Edge.Tests.Support;
using Berth.TestKit;
using CsCheck;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Berth.Edge.Tests;

public sealed partial class Keeping_an_access_log
{
    [Fact]
    public async Task writes_a_line_a_request_in_the_combined_format()
    {
        using var scratch = new ScratchFolder();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 3, 4, 5, 6, TimeSpan.Zero));
        await using (var edge = await TestEdge.StartAsync(time: time))
        {
            edge.Host("app.example", Logged(scratch, await edge.RunAsync(Backend.SayingAsync("hello"))));
            using var client = edge.Client();
            await client.ShowAsync("http://app.example/a%20b?c=d", request =>
            {
                request.Headers.TryAddWithoutValidation("Referer", "http://from.example/");
                request.Headers.TryAddWithoutValidation("User-Agent", "tests/1");
            });
        }

        Assert.Equal(
            "127.0.0.1 - - [03/Nov/2026:04:05:06 +0000] \"GET /a%20b?c=d HTTP/1.1\" 200 5 \"http://from.example/\" \"tests/1\"\n",
            await ReadAsync(scratch["logs/access.log"]));
    }

    [Fact]
    public async Task tells_of_redirects_and_of_apps_that_do_not_run_and_not_of_unknown_hosts()
    {
        using var scratch = new ScratchFolder();
        await using (var edge = await TestEdge.StartAsync())
        {
            edge.Host("app.example", Logged(scratch) with { Certificate = edge.Issuer.Certificate("app.example") });
            using var client = edge.Client();
            await client.ShowAsync("http://app.example/");
            await client.ShowAsync("https://app.example/");
            await client.ShowAsync("http://unknown.example/");
        }

        var lines = (await ReadAsync(scratch["logs/access.log"])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(["301 0", "502 24"], lines.Select(line => StatusAndBytes().Match(line).Groups[1].Value));
    }

    [Fact]
    public async Task lets_no_visitor_write_lines_of_their_own()
    {
        using var scratch = new ScratchFolder();
        await using (var edge = await TestEdge.StartAsync())
        {
            edge.Host("app.example", Logged(scratch, await edge.RunAsync(Backend.SayingAsync("hello"))));
            await edge.RawAsync(
                "GET /\"\\x HTTP/1.1\r\nHost: app.example\r\nUser-Agent: a\" \"b\x1b[31m\u00e9\r\nConnection: close\r\n\r\n");
        }

        var text = await ReadAsync(scratch["logs/access.log"]);
        Assert.Single(text.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("\"GET /\\x22\\x5Cx HTTP/1.1\"", text, StringComparison.Ordinal);
        Assert.Contains("\"a\\x22 \\x22b\\x1B[31m\\xE9\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task puts_an_app_that_gives_no_answer_into_the_error_log()
    {
        using var scratch = new ScratchFolder();
        await using (var edge = await TestEdge.StartAsync())
        {
            edge.Host("app.example", Logged(scratch, await edge.RunAsync(Backend.StartAsync(context =>
            {
                context.Abort();
                return Task.CompletedTask;
            }))));
            using var client = edge.Client();
            await client.ShowAsync("http://app.example/gone");
        }

        var line = await ReadAsync(scratch["logs/error.log"]);
        Assert.Contains(" [error] Request at upstream http://127.0.0.1:", line, StringComparison.Ordinal);
        Assert.EndsWith("client: 127.0.0.1, status: 502, request: \"GET /gone HTTP/1.1\", host: \"app.example\"\n", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task counts_what_a_long_answer_sends()
    {
        using var scratch = new ScratchFolder();
        await using (var edge = await TestEdge.StartAsync())
        {
            edge.Host("app.example", Logged(scratch, await edge.RunAsync(Backend.StartAsync(
                context => context.Response.WriteAsync(new string('x', 300_000))))));
            using var client = edge.Client();
            await client.ShowAsync("http://app.example/");
        }

        Assert.Contains("\" 200 300000 \"", await ReadAsync(scratch["logs/access.log"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task serves_an_app_whose_log_cannot_be_written()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch["logs/access.log"]);
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", Logged(scratch, await edge.RunAsync(Backend.SayingAsync("hello"))));
        using var client = edge.Client();

        Assert.Equal("200 hello", await client.ShowAsync("http://app.example/"));
        Assert.Equal("200 hello", await client.ShowAsync("http://app.example/"));
    }

    [Fact]
    public async Task never_grows_beyond_its_limit()
    {
        using var scratch = new ScratchFolder();
        var path = scratch["logs/access.log"];
        using (var file = new RotatedFile(path, TimeProvider.System))
        {
            var piece = new byte[RotatedFile.Limit / 2];
            for (var i = 0; i < 7; i++)
            {
                piece.AsSpan().Fill((byte)('0' + i));
                file.Append(piece);
                file.Flush();
            }
        }

        // Two pieces fill a file: 01, 23, 45, 6; the oldest is gone.
        Assert.Equal(["6", "4", "2"], await Task.WhenAll(((string[])[path, $"{path}.1", $"{path}.2"]).Select(FirstAsync)));
        Assert.False(File.Exists($"{path}.3"));
        Assert.All(Directory.GetFiles(scratch["logs"]), file => Assert.True(new FileInfo(file).Length <= RotatedFile.Limit));
    }

    [Fact]
    public void does_not_follow_a_link_out_of_its_folder()
    {
        using var scratch = new ScratchFolder();
        Directory.CreateDirectory(scratch["logs"]);
        File.CreateSymbolicLink(scratch["logs/access.log"], scratch["victim"]);
        using var file = new RotatedFile(scratch["logs/access.log"], TimeProvider.System);
        file.Append("line\n"u8);

        Assert.Throws<IOException>(file.Flush);
        Assert.False(File.Exists(scratch["victim"]));
    }

    [Fact]
    public void writes_one_line_whatever_visitors_send() => Gen.String.Sample(text =>
    {
        var buffer = new byte[256];
        var line = new LogLine(buffer);
        line.Own("\"");
        line.Foreign(text, 500);
        line.Own("\"");
        line.End();
        var written = buffer.AsSpan(0, line.Length);
        Assert.Equal((byte)'\n', written[^1]);
        Assert.False(written[..^1].ContainsAnyExceptInRange((byte)' ', (byte)'~'));
    });

    private static EdgeHost Logged(ScratchFolder scratch, params EdgeTarget[] targets) => new()
    {
        App = TestEdge.AppOf("app.example"),
        Targets = [.. targets],
        AccessLog = new LogPlace(scratch["logs/access.log"]),
        ErrorLog = new LogPlace(scratch["logs/error.log"]),
    };

    private static Task<string> ReadAsync(string path) => File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);

    private static async Task<string> FirstAsync(string path) => (await ReadAsync(path))[..1];

    [GeneratedRegex("\" ([0-9]+ [0-9]+) \"")]
    private static partial Regex StatusAndBytes();
}
