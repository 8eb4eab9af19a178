using Berth.Edge.Tests.Support;

namespace Berth.Edge.Tests;

public sealed class Answering_a_challenge
{
    private const string Path = "/.well-known/acme-challenge/";
    private const string Token = "LoqXcYV8q5ONbJQxbmR7SCTNo3tiAXDfowyjxAjEuX0";
    private const string KeyAuthorization = Token + ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI";

    [Theory]
    [InlineData("http://unknown.example")]
    [InlineData("http://plain.example")]
    [InlineData("http://secure.example")]
    [InlineData("http://127.0.0.1")]
    [InlineData("https://secure.example")]
    public async Task comes_first_whatever_the_host(string address)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("plain.example", null, await edge.RunAsync(Backend.SayingAsync("app")));
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"));
        edge.Server.Update(snapshot => snapshot.WithChallenge(Token, KeyAuthorization));
        using var client = edge.Client();

        using var response = await client.GetAsync(address + Path + Token);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal(KeyAuthorization, await response.TextAsync());
        Assert.Equal("text/plain", response.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task ends_with_the_challenge()
    {
        await using var edge = await TestEdge.StartAsync();
        using var client = edge.Client();
        edge.Server.Update(snapshot => snapshot.WithChallenge(Token, KeyAuthorization));
        Assert.StartsWith("200", await client.ShowAsync($"http://x.example{Path}{Token}"), StringComparison.Ordinal);

        edge.Server.Update(snapshot => snapshot.WithoutChallenge(Token));

        Assert.Equal("404 There is no such challenge.\n", await client.ShowAsync($"http://x.example{Path}{Token}"));
    }

    [Fact]
    public async Task leaves_tokens_it_does_not_know_to_the_app_without_a_redirect()
    {
        await using var edge = await TestEdge.StartAsync();
        var app = await edge.RunAsync(Backend.EchoingAsync());
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"), app);
        using var client = edge.Client();

        var answer = await client.ShowAsync($"http://secure.example{Path}of-the-app");

        Assert.StartsWith($"200 GET {Path}of-the-app HTTP/1.1\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task says_404_for_an_unknown_token_of_an_app_that_is_not_running()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("stopped.example", edge.Issuer.Certificate("stopped.example"));
        using var client = edge.Client();

        Assert.StartsWith("404", await client.ShowAsync($"http://stopped.example{Path}unknown"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "of-the-app", 308)]
    [InlineData("DELETE", "of-the-app", 308)]
    [InlineData("GET", "", 301)]
    [InlineData("GET", "of/the-app", 301)]
    [InlineData("GET", "of.the.app", 301)]
    [InlineData("GET", "a%20b", 301)]
    [InlineData("HEAD", "of-the-app", 200)]
    public async Task is_the_only_thing_that_stays_on_http(string method, string token, int status)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"), await edge.RunAsync(Backend.SayingAsync("app")));
        using var client = edge.Client();

        using var response = await client.SendAsync(HttpMethod.Parse(method), $"http://secure.example{Path}{token}");

        Assert.Equal(status, (int)response.StatusCode);
    }

    [Fact]
    public async Task does_not_touch_the_hosts()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("plain.example", certificate: null);
        var hosts = edge.Server.Snapshot.Hosts;

        edge.Server.Update(snapshot => snapshot.WithChallenge(Token, KeyAuthorization));

        Assert.Same(hosts, edge.Server.Snapshot.Hosts);
    }
}
