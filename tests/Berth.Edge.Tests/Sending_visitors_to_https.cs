using Berth.Edge.Tests.Support;

namespace Berth.Edge.Tests;

public sealed class Sending_visitors_to_https
{
    [Theory]
    [InlineData("GET", 301)]
    [InlineData("HEAD", 301)]
    [InlineData("POST", 308)]
    [InlineData("DELETE", 308)]
    public async Task keeps_path_query_and_method(string method, int status)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"));
        using var client = edge.Client();

        using var response = await client.SendAsync(HttpMethod.Parse(method), "http://secure.example/a%2Fb/%7Ec?d=%20e&f");

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("https://secure.example/a%2Fb/%7Ec?d=%20e&f", response.Headers.NonValidated["Location"].ToString());
    }

    [Theory]
    [InlineData("secure.example:80")]
    [InlineData("Secure.EXAMPLE.")]
    public async Task names_the_host_as_the_certificate_does(string host)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"));

        var answer = await edge.RawAsync($"GET /x HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");

        Assert.Contains("\r\nLocation: https://secure.example/x\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task names_the_port_when_it_is_not_443()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("secure.example", new EdgeHost
        {
            App = TestEdge.AppOf("secure.example"),
            Targets = [],
            Certificate = edge.Issuer.Certificate("secure.example"),
            HttpsPort = 8443,
        });

        var answer = await edge.RawAsync("GET /x HTTP/1.1\r\nHost: secure.example:8080\r\nConnection: close\r\n\r\n");

        Assert.Contains("\r\nLocation: https://secure.example:8443/x\r\n", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task does_not_happen_without_a_certificate_or_where_http_is_kept()
    {
        await using var edge = await TestEdge.StartAsync();
        var app = await edge.RunAsync(Backend.SayingAsync("plain"));
        edge.Host("bare.example", null, app);
        edge.Host("kept.example", new EdgeHost
        {
            App = TestEdge.AppOf("kept.example"),
            Targets = [app],
            Certificate = edge.Issuer.Certificate("kept.example"),
            KeepsHttp = true,
        });
        using var client = edge.Client();

        Assert.Equal("200 plain", await client.ShowAsync("http://bare.example/"));
        Assert.Equal("200 plain", await client.ShowAsync("http://kept.example/"));
        Assert.Equal("200 plain", await client.ShowAsync("https://kept.example/"));
    }

    [Fact]
    public async Task tells_browsers_to_stay_there_only_over_https()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("strict.example", new EdgeHost
        {
            App = TestEdge.AppOf("strict.example"),
            Targets = [await edge.RunAsync(Backend.SayingAsync("strict"))],
            Certificate = edge.Issuer.Certificate("strict.example"),
            KeepsHttp = true,
            StrictTransportSecurity = "max-age=15724800; includeSubDomains",
        });
        using var client = edge.Client();

        using var secure = await client.GetAsync("https://strict.example/");
        using var plain = await client.GetAsync("http://strict.example/");

        Assert.Equal("max-age=15724800; includeSubDomains", Assert.Single(secure.Headers.GetValues("Strict-Transport-Security")));
        Assert.False(plain.Headers.Contains("Strict-Transport-Security"));
    }
}
