using System.Net;
using Berth.Edge.Tests.Support;
using CsCheck;

namespace Berth.Edge.Tests;

public sealed class Telling_an_app_what_its_owner_wants
{
    [Fact]
    public async Task takes_the_visitors_word_where_the_owner_says_so()
    {
        var seen = await SeenAsync(
            new EdgeForwarding { For = Value("$http_x_forwarded_for"), Port = Value("$http_x_forwarded_port"), Proto = Value("$http_x_forwarded_proto") },
            ("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https"));

        Assert.Contains("\nX-Forwarded-For: 203.0.113.7\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Forwarded-Port: 443\n", seen, StringComparison.Ordinal);
        Assert.Contains("\nX-Forwarded-Proto: https\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task leaves_a_header_out_whose_value_comes_out_empty() => Assert.DoesNotContain(
        "X-Forwarded-For", await SeenAsync(new EdgeForwarding { For = Value("$http_x_forwarded_for") }), StringComparison.Ordinal);

    [Theory]
    [InlineData("$proxy_add_x_forwarded_for", "1.2.3.4, 127.0.0.1")]
    [InlineData("$remote_addr", "127.0.0.1")]
    [InlineData("by $host over $scheme", "by app.example over http")]
    [InlineData("fixed", "fixed")]
    public async Task writes_text_and_variables(string text, string expected) => Assert.Contains(
        $"\nX-Forwarded-For: {expected}\n",
        await SeenAsync(new EdgeForwarding { For = Value(text) }, ("X-Forwarded-For", "1.2.3.4")),
        StringComparison.Ordinal);

    [Fact]
    public async Task sends_the_older_word_for_https_when_asked_to()
    {
        Assert.Contains("\nX-Forwarded-Ssl: on\n", await SeenAsync(new EdgeForwarding { Ssl = Value("on") }), StringComparison.Ordinal);
        Assert.DoesNotContain("X-Forwarded-Ssl", await SeenAsync(EdgeForwarding.Default, ("X-Forwarded-Ssl", "on")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task passes_underscored_headers_on_only_when_asked_to(bool passed)
    {
        var seen = await SeenAsync(new EdgeForwarding { UnderscoresInHeaders = passed }, ("X_Forwarded_For", "lie"), ("X-Other", "kept"));

        Assert.Equal(passed, seen.Contains("lie", StringComparison.Ordinal));
        Assert.Contains("\nX-Other: kept\n", seen, StringComparison.Ordinal);
    }

    [Fact]
    public async Task answers_only_on_the_address_it_was_bound_to()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { Addresses = [IPAddress.Any] });
        edge.Host("app.example", new EdgeHost
        {
            App = TestEdge.AppOf("app.example"),
            Targets = [await edge.RunAsync(Backend.SayingAsync("bound"))],
            BoundTo = [IPAddress.Parse("127.0.0.2"), IPAddress.IPv6Loopback],
        });

        Assert.StartsWith("HTTP/1.1 200 ", await AskAtAsync(edge, "127.0.0.2"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 404 ", await AskAtAsync(edge, "127.0.0.1"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("$")]
    [InlineData("$unknown")]
    [InlineData("$http_")]
    [InlineData("a\r\nX-Evil: 1")]
    [InlineData("grüß")]
    public void refuses_a_value_that_is_none(string text)
    {
        Assert.False(ForwardedValue.TryParse(text, out var value, out var reason));
        Assert.Null(value);
        Assert.NotEqual("", reason);
    }

    [Fact]
    public void reads_any_text_and_keeps_it() => Gen.String.Sample(text =>
    {
        if (ForwardedValue.TryParse(text, out var value, out _))
        {
            Assert.Equal(text, value.Text);
        }
    });

    private static ForwardedValue Value(string text) => ForwardedValue.TryParse(text, out var value, out var reason)
        ? value
        : throw new InvalidOperationException(reason);

    private static async Task<string> SeenAsync(EdgeForwarding forwarding, params (string Name, string Value)[] headers)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("app.example", new EdgeHost
        {
            App = TestEdge.AppOf("app.example"),
            Targets = [await edge.RunAsync(Backend.EchoingAsync())],
            Forwarding = forwarding,
        });
        using var client = edge.Client();
        return await client.ShowAsync("http://app.example/", request =>
        {
            foreach (var (name, value) in headers)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        });
    }

    private static async Task<string> AskAtAsync(TestEdge edge, string address)
    {
        await using var stream = await TestEdge.ConnectAsync(edge.Server.HttpPort, TestContext.Current.CancellationToken, IPAddress.Parse(address));
        return await stream.RawAsync("GET / HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");
    }
}
