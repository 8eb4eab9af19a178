using System.Security.Cryptography.X509Certificates;
using Berth.Edge.Tests.Support;
using Berth.Kernel;
using Berth.TestKit;

namespace Berth.Edge.Tests;

public sealed class Answering_for_everybody_else
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("exact.example", "exact")]
    [InlineData("any.wild.example", "wild")]
    [InlineData("a.any.wild.example", "rest")]
    [InlineData("nobody.example", "rest")]
    [InlineData("127.0.0.1", "rest")]
    public async Task comes_after_the_exact_name_and_the_wildcard(string host, string app)
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("exact.example", null, await edge.RunAsync(Backend.SayingAsync("exact")));
        edge.Host("*.wild.example", null, await edge.RunAsync(Backend.SayingAsync("wild")));
        await RestAsync(edge, EdgePort.Main);
        using var client = edge.Client();

        Assert.Equal($"200 {app}", await client.ShowAsync($"http://{host}/"));
    }

    [Fact]
    public async Task shows_its_own_certificate_for_names_that_nobody_has_and_never_for_those_of_others()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("bare.example", null, await edge.RunAsync(Backend.SayingAsync("bare")));
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"), await edge.RunAsync(Backend.SayingAsync("secure")));
        await RestAsync(edge, EdgePort.Main, edge.Issuer.Certificate("rest.example"));
        var subjects = new List<string>();
        using var client = edge.Client(certificate => subjects.Add(certificate.GetNameInfo(X509NameType.SimpleName, false)), keep: TimeSpan.Zero);

        Assert.Equal("200 rest", await client.ShowAsync("https://nobody.example/"));
        Assert.Equal("200 bare", await client.ShowAsync("https://bare.example/"));
        Assert.Equal("200 secure", await client.ShowAsync("https://secure.example/"));
        Assert.Equal(["rest.example", "berth.invalid", "secure.example"], subjects);
    }

    [Fact]
    public async Task does_not_open_a_way_from_one_name_in_tls_to_another_in_http()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("secure.example", edge.Issuer.Certificate("secure.example"), await edge.RunAsync(Backend.SayingAsync("secure")));
        await RestAsync(edge, EdgePort.Main, edge.Issuer.Certificate("rest.example"));

        Assert.StartsWith("421 ", await Tool.CurlAsync(edge, "nobody.example", "secure.example"), StringComparison.Ordinal);
        Assert.StartsWith("421 ", await Tool.CurlAsync(edge, "secure.example", "nobody.example"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task holds_only_at_the_doors_it_was_given()
    {
        await using var edge = await TestEdge.StartAsync();
        var port = FreePort.Next();
        await RestAsync(edge, [new(port, false)]);
        await edge.Server.SettleAsync(Cancel);
        using var main = edge.Client();
        using var own = edge.Client(port: port);

        Assert.StartsWith("404 ", await main.ShowAsync("http://nobody.example/"), StringComparison.Ordinal);
        Assert.Equal("200 rest", await own.ShowAsync("http://nobody.example/"));
    }

    [Fact]
    public async Task ends_with_the_app()
    {
        await using var edge = await TestEdge.StartAsync();
        await RestAsync(edge, EdgePort.Main);
        edge.Server.Update(snapshot => snapshot.WithoutApp(TestEdge.AppOf("rest")));
        using var client = edge.Client();

        Assert.StartsWith("404 ", await client.ShowAsync("http://nobody.example/"), StringComparison.Ordinal);
        Assert.Empty(edge.Server.Snapshot.Otherwise);
    }

    [Fact]
    public async Task follows_the_app_to_its_new_processes()
    {
        await using var edge = await TestEdge.StartAsync();
        await RestAsync(edge, EdgePort.Main);
        var fresh = await edge.RunAsync(Backend.SayingAsync("fresh"));
        edge.Server.Update(snapshot => snapshot.WithTargets(TestEdge.AppOf("rest"), [fresh]));
        using var client = edge.Client();

        Assert.Equal("200 fresh", await client.ShowAsync("http://nobody.example/"));
    }

    [Fact]
    public async Task answers_an_open_challenge_first()
    {
        await using var edge = await TestEdge.StartAsync();
        await RestAsync(edge, EdgePort.Main);
        edge.Server.Update(snapshot => snapshot.WithChallenge("token", "token.thumb"));
        using var client = edge.Client();

        Assert.Equal("200 token.thumb", await client.ShowAsync("http://nobody.example/.well-known/acme-challenge/token"));
    }

    private static async Task RestAsync(TestEdge edge, IEnumerable<EdgePort> ports, EdgeCertificate? certificate = null)
    {
        var app = AppName.Parse("rest");
        var host = new EdgeHost
        {
            App = app,
            Targets = [await edge.RunAsync(Backend.SayingAsync("rest"))],
            Ports = [.. ports],
            Certificate = certificate,
            KeepsHttp = true,
        };
        edge.Server.Update(snapshot => snapshot.WithApp(app, [], host));
    }
}
