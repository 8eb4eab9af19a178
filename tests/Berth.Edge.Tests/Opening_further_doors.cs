using System.Net;
using System.Net.Sockets;
using Berth.Edge.Tests.Support;
using Berth.TestKit;

namespace Berth.Edge.Tests;

public sealed class Opening_further_doors
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task serves_an_app_on_a_port_of_its_own_and_nobody_else_there()
    {
        await using var edge = await TestEdge.StartAsync();
        var port = FreePort.Next();
        edge.Host("shop.example", At(edge, "shop.example", [EdgePort.Http, new(port, false)], await edge.RunAsync(Backend.SayingAsync("shop"))));
        edge.Host("other.example", null, await edge.RunAsync(Backend.SayingAsync("other")));
        await edge.Server.SettleAsync(Cancel);
        using var client = edge.Client(port: port);

        Assert.Equal("200 shop", await client.ShowAsync("http://shop.example/"));
        Assert.StartsWith("404 The host other.example is not known here.", await client.ShowAsync("http://other.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task speaks_tls_there_with_the_apps_own_certificate()
    {
        await using var edge = await TestEdge.StartAsync();
        var port = FreePort.Next();
        edge.Host("shop.example", At(edge, "shop.example", [EdgePort.Http, new(port, true)], await edge.RunAsync(Backend.SayingAsync("shop")))
            with
        { Certificate = edge.Issuer.Certificate("shop.example") });
        edge.Host("other.example", edge.Issuer.Certificate("other.example"));
        await edge.Server.SettleAsync(Cancel);
        var subjects = new List<string>();
        using var client = edge.Client(certificate => subjects.Add(certificate.Subject), port: port);

        Assert.Equal("200 shop", await client.ShowAsync("https://shop.example/"));
        Assert.StartsWith("404 ", await client.ShowAsync("https://other.example/"), StringComparison.Ordinal);
        Assert.Equal(["CN=shop.example", "CN=berth.invalid"], subjects);
    }

    [Fact]
    public async Task does_not_send_visitors_of_a_plain_one_to_https()
    {
        await using var edge = await TestEdge.StartAsync();
        var port = FreePort.Next();
        edge.Host("shop.example", At(edge, "shop.example", [.. EdgePort.Main, new(port, false)], await edge.RunAsync(Backend.SayingAsync("shop")))
            with
        { Certificate = edge.Issuer.Certificate("shop.example") });
        await edge.Server.SettleAsync(Cancel);
        using var main = edge.Client();
        using var extra = edge.Client(port: port);

        Assert.StartsWith("301 ", await main.ShowAsync("http://shop.example/"), StringComparison.Ordinal);
        Assert.Equal("200 shop", await extra.ShowAsync("http://shop.example/"));
    }

    [Fact]
    public async Task leaves_the_main_ones_to_those_who_asked_for_them()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host("shop.example", At(edge, "shop.example", [EdgePort.Https], await edge.RunAsync(Backend.SayingAsync("shop")))
            with
        { Certificate = edge.Issuer.Certificate("shop.example") });
        using var client = edge.Client();

        Assert.StartsWith("404 ", await client.ShowAsync("http://shop.example/"), StringComparison.Ordinal);
        Assert.Equal("200 shop", await client.ShowAsync("https://shop.example/"));
    }

    [Fact]
    public async Task closes_one_that_no_app_asks_for_any_more()
    {
        await using var edge = await TestEdge.StartAsync();
        var port = FreePort.Next();
        edge.Host("shop.example", At(edge, "shop.example", [new(port, false)], await edge.RunAsync(Backend.SayingAsync("shop"))));
        await edge.Server.SettleAsync(Cancel);
        await (await TestEdge.ConnectAsync(port, Cancel)).DisposeAsync();

        edge.Server.Update(snapshot => snapshot.WithoutApp(TestEdge.AppOf("shop.example")));
        await edge.Server.SettleAsync(Cancel);

        await Assert.ThrowsAsync<SocketException>(() => TestEdge.ConnectAsync(port, Cancel));
    }

    [Fact]
    public async Task says_who_has_the_port_and_tries_again_at_the_next_change()
    {
        await using var edge = await TestEdge.StartAsync();
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        EdgePort port = new(((IPEndPoint)taken.LocalEndpoint).Port, false);
        edge.Host("shop.example", At(edge, "shop.example", [EdgePort.Http, port], await edge.RunAsync(Backend.SayingAsync("shop"))));
        await edge.Server.SettleAsync(Cancel);
        Assert.Equal(EdgeProblems.PortTaken, edge.Server.DoorProblems[port].Code);
        using var main = edge.Client();
        Assert.Equal("200 shop", await main.ShowAsync("http://shop.example/"));

        taken.Stop();
        edge.Host("other.example", certificate: null);
        await edge.Server.SettleAsync(Cancel);

        Assert.Empty(edge.Server.DoorProblems);
        using var client = edge.Client(port: port.Number);
        Assert.Equal("200 shop", await client.ShowAsync("http://shop.example/"));
    }

    [Fact]
    public async Task keeps_the_scheme_of_whoever_asked_first()
    {
        await using var edge = await TestEdge.StartAsync();
        var port = FreePort.Next();
        edge.Host("first.example", At(edge, "first.example", [new(port, false)], await edge.RunAsync(Backend.SayingAsync("first"))));
        edge.Host("second.example", At(edge, "second.example", [new(port, true)]));
        await edge.Server.SettleAsync(Cancel);

        Assert.Equal(EdgeProblems.DoorShared, Assert.Single(edge.Server.DoorProblems).Value.Code);
        using var client = edge.Client(port: port);
        Assert.Equal("200 first", await client.ShowAsync("http://first.example/"));
        Assert.StartsWith("404 ", await client.ShowAsync("http://second.example/"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task lets_a_request_under_way_end_before_it_closes()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { StopTimeout = TimeSpan.FromSeconds(30) });
        var port = FreePort.Next();
        TaskCompletionSource entered = new(), leave = new();
        edge.Host("shop.example", At(edge, "shop.example", [new(port, false)], await edge.RunAsync(Backend.StartAsync(async context =>
        {
            entered.SetResult();
            await leave.Task;
            await Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(context.Response, "late");
        }))));
        await edge.Server.SettleAsync(Cancel);
        using var client = edge.Client(port: port);
        var asking = client.ShowAsync("http://shop.example/");
        await entered.Task.WaitAsync(Cancel);

        edge.Server.Update(snapshot => snapshot.WithoutApp(TestEdge.AppOf("shop.example")));
        leave.SetResult();

        Assert.Equal("200 late", await asking);
        await edge.Server.SettleAsync(Cancel);
    }

    private static EdgeHost At(TestEdge edge, string name, EdgePort[] ports, params EdgeTarget[] targets) =>
        new() { App = TestEdge.AppOf(name), Targets = [.. targets], Ports = [.. ports], HttpsPort = edge.Server.HttpsPort };
}
