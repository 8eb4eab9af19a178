using Berth.Edge.Tests.Support;

namespace Berth.Edge.Tests;

public sealed class Routing_by_host
{
    [Theory]
    [InlineData("hello.example.com")]
    [InlineData("HELLO.Example.COM")]
    [InlineData("hello.example.com:80")]
    [InlineData("hello.example.com.")]
    [InlineData("hello.example.com.:8080")]
    public async Task reaches_the_app_however_the_name_is_written(string host)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("hello.example.com", null, await edge.RunAsync(Backend.SayingAsync("hello")));
        using var client = edge.Client();

        Assert.Equal("200 hello", await client.ShowAsync("http://edge/", request => request.Headers.Host = host));
    }

    [Theory]
    [InlineData("bücher.example")]
    [InlineData("xn--bcher-kva.example")]
    public async Task reaches_the_app_by_a_name_in_any_script(string name)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("xn--bcher-kva.example", new EdgeHost
        {
            App = TestEdge.AppOf("books"),
            Targets = [await edge.RunAsync(Backend.EchoingAsync())],
            Certificate = edge.Issuer.Certificate("xn--bcher-kva.example"),
        });
        using var client = edge.Client();

        using var way = await client.GetAsync($"http://{name}/");
        var answer = await client.ShowAsync($"https://{name}/");

        Assert.Equal("https://xn--bcher-kva.example/", way.Headers.Location?.OriginalString);
        Assert.StartsWith("200 ", answer, StringComparison.Ordinal);
        Assert.Contains("\nHost: xn--bcher-kva.example\n", answer, StringComparison.Ordinal);
        Assert.Contains("\nX-Forwarded-Host: xn--bcher-kva.example\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task answers_404_for_a_host_it_does_not_know_and_names_no_app()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("secret-app.example.com", null, await edge.RunAsync(Backend.SayingAsync("secret")));
        using var client = edge.Client();

        foreach (var scheme in new[] { "http", "https" })
        {
            var answer = await client.ShowAsync($"{scheme}://other.example.com/");

            Assert.Equal("404 The host other.example.com is not known here. Is the server yours? Then give it to an app: berth domains:add APP other.example.com\n", answer);
        }
    }

    [Fact]
    public async Task tells_the_owner_of_a_name_without_a_certificate_what_is_missing_and_no_stranger_whose_it_is()
    {
        await using var edge = await TestEdge.StartAsync();
        var app = await edge.RunAsync(Backend.SayingAsync("hello"));
        edge.Host("secret-app.example.com", new EdgeHost { App = TestEdge.AppOf("secret-app"), Targets = [app], Ports = [EdgePort.Http] });
        using var client = edge.Client();

        Assert.Equal("200 hello", await client.ShowAsync("http://secret-app.example.com/"));
        Assert.Equal(
            "404 The host secret-app.example.com has no certificate here yet. Is the server yours? Then get one for its app: berth letsencrypt:enable APP\n",
            await client.ShowAsync("https://secret-app.example.com/"));
    }

    [Theory]
    [InlineData("*.example.com")]
    [InlineData("[::1]")]
    [InlineData("a..example.com")]
    [InlineData("127.0.0.1")]
    [InlineData("example.com:65535:1")]
    [InlineData("a$b.example.com")]
    public async Task knows_no_host_by_a_name_that_is_none(string host)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("*.example.com", null, await edge.RunAsync(Backend.SayingAsync("wildcard")));

        var answer = await edge.RawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.Matches("^HTTP/1.1 40[04] ", answer);
        Assert.DoesNotContain("wildcard", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("$", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task lets_a_wildcard_match_exactly_one_label()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("*.example.com", null, await edge.RunAsync(Backend.SayingAsync("wildcard")));
        using var client = edge.Client();

        Assert.Equal("200 wildcard", await client.ShowAsync("http://a.example.com/"));
        Assert.Equal("200 wildcard", await client.ShowAsync("http://my_app.example.com/"));
        Assert.StartsWith("404", await client.ShowAsync("http://example.com/"), StringComparison.Ordinal);
        Assert.StartsWith("404", await client.ShowAsync("http://a.b.example.com/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task prefers_the_exact_name_to_the_wildcard()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("*.example.com", null, await edge.RunAsync(Backend.SayingAsync("wildcard")));
        edge.Host("www.example.com", null, await edge.RunAsync(Backend.SayingAsync("exact")));
        using var client = edge.Client();

        Assert.Equal("200 exact", await client.ShowAsync("http://www.example.com/"));
        Assert.Equal("200 wildcard", await client.ShowAsync("http://ww.example.com/"));
    }

    [Fact]
    public async Task answers_browsers_in_html_and_programs_in_text()
    {
        await using var edge = await TestEdge.StartAsync();
        using var client = edge.Client();

        using var page = await client.GetAsync("http://x.example/", r => r.Headers.Accept.ParseAdd("text/html,*/*;q=0.8"));
        using var text = await client.GetAsync("http://x.example/");

        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        Assert.Contains("<p>The host x.example is not known here. Is the server yours? Then give it to an app: berth domains:add APP x.example</p>", await page.TextAsync(), StringComparison.Ordinal);
        Assert.Equal("text/plain; charset=utf-8", text.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task takes_a_request_without_a_host_for_an_unknown_one()
    {
        await using var edge = await TestEdge.StartAsync();

        Assert.StartsWith("HTTP/1.1 404 ", await edge.RawAsync("GET / HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith(
            "HTTP/1.1 400 ", await edge.RawAsync("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }
}
