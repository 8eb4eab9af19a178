using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Berth.Edge.Tests.Support;
using Berth.Kernel;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Tests;

public sealed class Going_live
{
    private static readonly AppName App = AppName.Parse("app");

    [Fact]
    public async Task replaces_certificates_and_processes_a_hundred_times_without_a_failed_request()
    {
        await using var edge = await TestEdge.StartAsync();
        EdgeTarget[] targets =
        [
            await edge.RunAsync(Backend.SayingAsync("app")), await edge.RunAsync(Backend.SayingAsync("app")),
        ];
        edge.Host("app.example", edge.Issuer.Certificate("app.example"), targets[0]);
        using var done = new CancellationTokenSource();
        var failures = new ConcurrentBag<string>();
        using var visited = new SemaphoreSlim(0);
        Task[] visitors = [VisitAsync(1, null), VisitAsync(2, null), VisitAsync(1, TimeSpan.Zero), VisitAsync(2, TimeSpan.Zero)];

        var last = "";
        for (var i = 1; i <= 100; i++)
        {
            var certificate = edge.Issuer.Certificate("app.example", $"version{i}.example");
            edge.Server.Update(snapshot => snapshot
                .WithTargets(App, [targets[i % 2]])
                .WithCertificate(App, certificate, covers: _ => true));
            last = await SeenByANewConnectionAsync(edge);
            Assert.Contains($"version{i}.example", last, StringComparison.Ordinal);
            // No faster than visitors come.
            await visited.WaitAsync(TestContext.Current.CancellationToken);
        }

        await done.CancelAsync();
        await Task.WhenAll(visitors);
        Assert.True(failures.IsEmpty, string.Join('\n', failures));

        async Task VisitAsync(int version, TimeSpan? keep)
        {
            await Task.Yield();
            using var client = edge.Client(keep: keep);
            while (!done.IsCancellationRequested)
            {
                try
                {
                    if (await client.ShowAsync("https://app.example/", request => request.Over(version)) is not "200 app" and var other)
                    {
                        failures.Add(other);
                    }
                }
                catch (HttpRequestException e)
                {
                    failures.Add(e.ToString());
                }

                visited.Release();
            }
        }
    }

    [Fact]
    public async Task lets_a_request_end_on_the_process_it_began_with()
    {
        await using var edge = await TestEdge.StartAsync();
        var (arrived, go) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var old = await edge.RunAsync(Backend.StartAsync(async context =>
        {
            arrived.Release();
            await go.WaitAsync(context.RequestAborted);
            await context.Response.WriteAsync("old");
        }));
        var fresh = await edge.RunAsync(Backend.SayingAsync("new"));
        edge.Host("app.example", null, old);
        using var client = edge.Client();
        var cancel = TestContext.Current.CancellationToken;
        var slow = client.ShowAsync("http://app.example/");
        await arrived.WaitAsync(cancel);

        edge.Server.Update(snapshot => snapshot.WithTargets(App, [fresh]));

        Assert.Equal("200 new", await client.ShowAsync("http://app.example/"));
        Assert.Equal(1, edge.Server.InFlight(old));
        Assert.False(await edge.Server.DrainAsync(old, TimeSpan.FromMilliseconds(50), cancel));
        var drained = edge.Server.DrainAsync(old, TimeSpan.FromMinutes(1), cancel);
        go.Release();
        Assert.Equal("200 old", await slow);
        Assert.True(await drained);
        Assert.Equal(0, edge.Server.InFlight(old));
    }

    [Fact]
    public async Task lets_a_process_stop_as_soon_as_it_has_drained()
    {
        await using var edge = await TestEdge.StartAsync();
        using var done = new CancellationTokenSource();
        var running = await Backend.SayingAsync("app");
        edge.Host("app.example", null, running.Target);
        var failures = new ConcurrentBag<string>();
        var visitors = Enumerable.Range(0, 4).Select(_ => VisitAsync()).ToArray();

        for (var i = 0; i < 25; i++)
        {
            var next = await Backend.SayingAsync("app");
            edge.Server.Update(snapshot => snapshot.WithTargets(App, [next.Target]));
            Assert.True(await edge.Server.DrainAsync(running.Target, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
            await running.DisposeAsync();
            running = next;
        }

        await done.CancelAsync();
        await Task.WhenAll(visitors);
        await running.DisposeAsync();
        Assert.Empty(failures);

        async Task VisitAsync()
        {
            await Task.Yield();
            using var client = edge.Client();
            while (!done.IsCancellationRequested)
            {
                if (await client.ShowAsync("http://app.example/") is not "200 app" and var other)
                {
                    failures.Add(other);
                }
            }
        }
    }

    [Fact]
    public async Task keeps_every_change_when_several_come_at_once()
    {
        await using var edge = await TestEdge.StartAsync();

        await Parallel.ForAsync(0, 200, (i, _) =>
        {
            edge.Server.Update(snapshot => snapshot.WithChallenge($"token{i}", "key"));
            edge.Host($"app{i}.example", certificate: null);
            return ValueTask.CompletedTask;
        });

        Assert.Equal(200, edge.Server.Snapshot.Challenges.Count);
        Assert.Equal(200, edge.Server.Snapshot.Hosts.Count);
    }

    [Fact]
    public async Task spreads_requests_over_all_processes()
    {
        await using var edge = await TestEdge.StartAsync();
        edge.Host(
            "app.example", null,
            await edge.RunAsync(Backend.SayingAsync("a")), await edge.RunAsync(Backend.SayingAsync("b")), await edge.RunAsync(Backend.SayingAsync("c")));
        using var client = edge.Client();

        var answers = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            answers.Add(await client.ShowAsync("http://app.example/"));
        }

        Assert.All(answers.CountBy(answer => answer), count => Assert.InRange(count.Value, 8, 12));
        Assert.Equal(3, answers.Distinct().Count());
    }

    [Fact]
    public async Task prefers_the_process_with_the_fewest_requests()
    {
        await using var edge = await TestEdge.StartAsync();
        var (arrived, go) = (new SemaphoreSlim(0), new SemaphoreSlim(0));
        var busy = await edge.RunAsync(Backend.StartAsync(async context =>
        {
            arrived.Release();
            await go.WaitAsync(context.RequestAborted);
        }));
        edge.Host("app.example", null, busy);
        using var client = edge.Client();
        var waiting = client.ShowAsync("http://app.example/");
        await arrived.WaitAsync(TestContext.Current.CancellationToken);
        var idle = await edge.RunAsync(Backend.SayingAsync("idle"));
        edge.Server.Update(snapshot => snapshot.WithTargets(App, [busy, idle]));

        for (var i = 0; i < 20; i++)
        {
            Assert.Equal("200 idle", await client.ShowAsync("http://app.example/"));
        }

        go.Release();
        await waiting;
    }

    private static async Task<string> SeenByANewConnectionAsync(TestEdge edge)
    {
        var names = "";
        using var client = edge.Client(certificate => names = string.Join(' ', NamesOf(certificate)));
        await client.ShowAsync("https://app.example/");
        return names;
    }

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().Single().EnumerateDnsNames();
}
