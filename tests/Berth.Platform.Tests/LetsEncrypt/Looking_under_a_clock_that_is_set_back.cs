using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Properties;
using Berth.Platform.Routing;
using Berth.Storage;
using Berth.TestKit;

namespace Berth.Platform.Tests.LetsEncrypt;

/// <summary>The loop that renews goes on whatever the clock does while it looks.</summary>
public sealed class Looking_under_a_clock_that_is_set_back : IDisposable, IRenewalLog
{
    private readonly ScratchFolder _scratch = new();
    private readonly SetClock _time = new();

    public void Dispose() => _scratch.Dispose();

    [Fact]
    public async Task sleeps_no_longer_than_ever()
    {
        var store = new FileStateStore(new StateRoots(_scratch["home"], _scratch["lib"]), TimeProvider.System);
        Directory.CreateDirectory(_scratch["home"]);
        using var cancel = new CancellationTokenSource();
        var looked = new TaskCompletionSource();
        var troubles = new RenewalTroubles(new LineageFiles(store, new CertificateFiles(store, _time), _time), _time);
        var loop = new RenewalLoop(
            new AppCatalog(store, _time), new KnownApps(store, _time), null!, null!, new AutoRenewal(new PropertyStore(store, _time), store), new RenewalQueue(), troubles, this, _time)
        {
            Looked = () =>
            {
                _time.Now -= TimeSpan.FromDays(3000);
                looked.TrySetResult();
            },
        };

        var running = loop.RunAsync(cancel.Token);
        await looked.Task.WaitAsync(TestContext.Current.CancellationToken);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    CommandOutput IRenewalLog.OutputOf(AppName app) => throw new InvalidOperationException();

    void IRenewalLog.Failed(AppName app, Problem problem) => Assert.Fail(problem.Found);

    void IRenewalLog.LookFailed(Exception cause) => Assert.Fail(cause.ToString());

    void IRenewalLog.Faulted(AppName app, Exception fault) => Assert.Fail(fault.ToString());

    private sealed class SetClock : TimeProvider
    {
        internal DateTimeOffset Now { get; set; } = new(2026, 11, 26, 12, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
