using Berth.Edge.Tests.Support;
using Berth.Kernel;

namespace Berth.Edge.Tests;

public sealed class Keeping_apps_apart
{
    [Theory]
    [InlineData("--http1.1")]
    [InlineData("--http2")]
    public async Task refuses_a_host_of_another_app_than_the_connection_was_made_for(string version)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("front.example", edge.Issuer.Certificate("front.example"), await edge.RunAsync(Backend.SayingAsync("front")));
        edge.Host("hidden.example", edge.Issuer.Certificate("hidden.example"), await edge.RunAsync(Backend.SayingAsync("hidden")));

        Assert.Equal("200 front", await Tool.CurlAsync(edge, "front.example", "front.example", version));
        Assert.Equal("200 hidden", await Tool.CurlAsync(edge, "hidden.example", "hidden.example", version));
        Assert.StartsWith("421 ", await Tool.CurlAsync(edge, "front.example", "hidden.example", version), StringComparison.Ordinal);
        Assert.StartsWith("404 ", await Tool.CurlAsync(edge, "front.example", "unknown.example", version), StringComparison.Ordinal);
        Assert.StartsWith("421 ", await Tool.CurlAsync(edge, "unknown.example", "hidden.example", version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task refuses_a_name_of_another_app_that_the_same_wildcard_certificate_covers()
    {
        await using var edge = await TestEdge.StartAsync();
        var shared = edge.Issuer.Certificate("*.shared.example");
        edge.Host("one.shared.example", shared, await edge.RunAsync(Backend.SayingAsync("one")));
        edge.Host("two.shared.example", shared, await edge.RunAsync(Backend.SayingAsync("two")));

        Assert.StartsWith("421 ", await Tool.CurlAsync(edge, "one.shared.example", "two.shared.example", "--http2"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task lets_one_app_use_a_connection_for_all_of_its_names()
    {
        await using var edge = await TestEdge.StartAsync();
        var (app, target) = (AppName.Parse("shop"), await edge.RunAsync(Backend.SayingAsync("shop")));
        var host = new EdgeHost { App = app, Targets = [target], Certificate = edge.Issuer.Certificate("shop.example", "www.shop.example") };
        edge.Server.Update(snapshot => snapshot.WithApp(app,
        [
            KeyValuePair.Create(DomainName.Parse("shop.example"), host),
            KeyValuePair.Create(DomainName.Parse("www.shop.example"), host),
        ]));

        Assert.Equal("200 shop", await Tool.CurlAsync(edge, "shop.example", "www.shop.example"));
    }

    [Fact]
    public async Task serves_a_client_that_names_no_host_in_tls_by_its_host_header()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("known.example", edge.Issuer.Certificate("known.example"), await edge.RunAsync(Backend.SayingAsync("known")));

        var answer = await Tool.RunAsync(
            "curl", "-sSk", "-H", "Host: known.example", $"https://127.0.0.1:{edge.Server.HttpsPort}/");

        Assert.Equal("known", answer);
    }
}
