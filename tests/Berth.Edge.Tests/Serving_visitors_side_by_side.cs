using System.Net.Security;
using Berth.Edge.Tests.Support;
using Berth.Kernel;
using Microsoft.Extensions.Logging;

namespace Berth.Edge.Tests;

/// <summary>The thread that reads a request answers it: however long one visitor waits, those who come by the same door do not.</summary>
public sealed class Serving_visitors_side_by_side
{
    // More than threads: were one held by each, none would be left.
    private const int Many = 100;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task serves_one_while_another_holds_its_thread()
    {
        using var log = new StuckLog();
        await using var edge = await TestEdge.StartAsync(logs: log);
        edge.Host("failing.example", null, await edge.RunAsync(Backend.StartAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        })));
        edge.Host("quick.example", null, await edge.RunAsync(Backend.SayingAsync("quick")));
        using var client = edge.Client();

        var held = client.ShowAsync("http://failing.example/");
        await log.Reached.WaitAsync(Patience, Cancel);
        await ServesQuicklyAsync(client, "http");

        log.GoOn();
        Assert.StartsWith("502 ", await held, StringComparison.Ordinal);
    }

    [Fact]
    public async Task serves_one_while_many_wait_for_a_certificate_that_is_being_read()
    {
        await using var edge = await TestEdge.StartAsync();
        using var source = new StuckSource(edge.Issuer.Issue("late.example"));
        edge.Host("late.example", EdgeCertificate.Of(source, TestEdge.AppOf("late.example"), 1));
        edge.Host("quick.example", edge.Issuer.Certificate("quick.example"), await edge.RunAsync(Backend.SayingAsync("quick")));
        using var client = edge.Client();

        var waiting = Repeat(() => ShakeHandsAsync(edge, "late.example"));
        await source.Reached.WaitAsync(Patience, Cancel);
        await ServesQuicklyAsync(client, "https");

        source.GoOn();
        Assert.All(await Task.WhenAll(waiting), subject => Assert.Equal("CN=late.example", subject));
    }

    private static Task<T>[] Repeat<T>(Func<Task<T>> ask) => [.. Enumerable.Range(0, Many).Select(_ => ask())];

    private static async Task ServesQuicklyAsync(HttpMessageInvoker client, string scheme) =>
        Assert.Equal("200 quick", await client.ShowAsync($"{scheme}://quick.example/").WaitAsync(Patience, Cancel));

    private static async Task<string> ShakeHandsAsync(TestEdge edge, string name)
    {
        await using var stream = new SslStream(await edge.ConnectAsync(https: true, Cancel), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = name }, Cancel);
        return stream.RemoteCertificate!.Subject;
    }

    /// <summary>Holds who comes by, thread and all, until it is told to let go.</summary>
    private class Barrier : IDisposable
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly ManualResetEventSlim _open = new();

        internal Task Reached => _reached.Task;

        internal void GoOn() => _open.Set();

        public void Dispose() => _open.Set();

        protected void Pass()
        {
            _reached.TrySetResult();
            _open.Wait();
        }
    }

    private sealed class StuckSource((string Chain, string Key) pair) : Barrier, ICertificateSource
    {
        public string PlaceOf(AppName app) => $"{app}.crt";

        public (string Chain, string Key) Read(AppName app)
        {
            Pass();
            return pair;
        }
    }

    /// <summary>A log whose reader has stopped: writing that an app gave no answer takes as long as it likes.</summary>
    private sealed class StuckLog : Barrier, ILoggerFactory, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider)
        {
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (formatter(state, exception).Contains("failing", StringComparison.Ordinal))
            {
                Pass();
            }
        }
    }
}
