using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Berth.Edge.Tests.Support;
using Berth.Kernel;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;

namespace Berth.Edge.Tests;

public sealed class Starting_and_stopping
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task names_the_port_that_is_taken_and_the_program_that_holds_it(bool http)
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        holder.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        holder.Listen();
        var taken = ((IPEndPoint)holder.LocalEndPoint!).Port;

        var problem = await FailAsync(http ? TestEdge.Loopback with { HttpPort = taken } : TestEdge.Loopback with { HttpsPort = taken });

        using var self = Process.GetCurrentProcess();
        Assert.Equal(EdgeProblems.PortTaken, problem.Code);
        Assert.Contains($"Port {taken} is taken by ", problem.Found, StringComparison.Ordinal);
        Assert.Contains($"(pid {self.Id})", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task names_an_address_this_machine_does_not_have()
    {
        var problem = await FailAsync(TestEdge.Loopback with { Addresses = [IPAddress.Parse("192.0.2.1")] });

        Assert.Equal(EdgeProblems.AddressUnavailable, problem.Code);
        Assert.Contains("192.0.2.1", problem.Found, StringComparison.Ordinal);
    }

    [Fact]
    public void reports_every_fault_of_its_options_at_once()
    {
        var options = new EdgeOptions { HttpPort = 70000, LoadedCertificates = 0, KeepAliveTimeout = TimeSpan.Zero };

        var problem = Assert.Throws<ProblemException>(() => new EdgeServer(options, TimeProvider.System, NullLoggerFactory.Instance)).Problem;

        Assert.Equal(EdgeProblems.OptionsInvalid, problem.Code);
        Assert.Equal(3, problem.Details.Length);
        Assert.Empty(new EdgeOptions().Faults());
        Assert.NotEmpty(new EdgeOptions { HttpPort = 443 }.Faults());
    }

    [Fact]
    public async Task listens_on_ipv4_and_ipv6_and_shows_apps_the_plain_address()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { Addresses = [] });
        edge.Host("app.example", null, await edge.RunAsync(Backend.EchoingAsync()));

        foreach (var address in new[] { "127.0.0.1", "::1" })
        {
            using var socket = new TcpClient();
            await socket.ConnectAsync(IPAddress.Parse(address), edge.Server.HttpPort);
            var answer = await socket.GetStream().RawAsync("GET / HTTP/1.1\r\nHost: app.example\r\nConnection: close\r\n\r\n");

            Assert.Contains($"\nX-Forwarded-For: {address}\n", answer, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task lets_requests_under_way_end_before_it_stops()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { StopTimeout = TimeSpan.FromMinutes(1) });
        var (arrived, go) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(async context =>
        {
            arrived.Release();
            await go.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("whole");
        })));
        using var client = edge.Client();
        var request = client.ShowAsync("http://app.example/");
        await arrived.WaitAsync(TestContext.Current.CancellationToken);

        var stopping = edge.Server.StopAsync(TestContext.Current.CancellationToken);
        go.Release();

        Assert.Equal("200 whole", await request);
        await stopping;
        await Assert.ThrowsAsync<HttpRequestException>(() => client.ShowAsync("http://app.example/"));
    }

    [Fact]
    public async Task does_not_wait_for_ever_for_a_request_that_does_not_end()
    {
        await using var edge = await TestEdge.StartAsync(TestEdge.Loopback with { StopTimeout = TimeSpan.FromMilliseconds(200) });
        var arrived = new SemaphoreSlim(0);
        edge.Host("app.example", null, await edge.RunAsync(Backend.StartAsync(async context =>
        {
            arrived.Release();
            var gone = new TaskCompletionSource();
            await using var _ = context.RequestAborted.Register(gone.SetResult);
            await gone.Task;
        })));
        using var client = edge.Client();
        var request = client.ShowAsync("http://app.example/");
        await arrived.WaitAsync(TestContext.Current.CancellationToken);

        await edge.Server.StopAsync(TestContext.Current.CancellationToken);

        await Assert.ThrowsAnyAsync<Exception>(() => request);
    }

    private static async Task<Problem> FailAsync(EdgeOptions options)
    {
        await using var edge = new EdgeServer(options, TimeProvider.System, NullLoggerFactory.Instance);
        return (await Assert.ThrowsAsync<ProblemException>(() => edge.StartAsync(TestContext.Current.CancellationToken))).Problem;
    }
}
