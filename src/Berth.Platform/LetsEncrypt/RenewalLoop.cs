using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.Apps;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Renews by itself, for as long as the daemon lives. It keeps no plan of its own: at each look it asks every certificate when it is
/// due, so that a crash, a clock that jumps or a hand that edits files cannot make it forget one.
/// </summary>
public sealed class RenewalLoop(AppCatalog apps, CertificateManager manager, IRenewalLog log, TimeProvider time)
{
    // The longest between two looks, so that a suspended machine or a clock set forward is noticed.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);
    private const int AtOnce = 4;
    private readonly Channel<bool> _nudges =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Makes it look now: an app's names have changed.</summary>
    public void Nudge() => _nudges.Writer.TryWrite(true);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            var waits = apps.List().Select(app => (App: app, At: SafeNextAttempt(app))).Where(pair => pair.At is not null).ToArray();
            var now = time.GetUtcNow();
            var due = waits.Where(pair => pair.At <= now).OrderBy(pair => pair.At).Select(pair => pair.App).ToArray();
            await Parallel.ForEachAsync(
                due,
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
                async (app, token) => await RenewAsync(app, token));
            await SleepAsync(due.Length > 0 ? TimeSpan.FromSeconds(1) : NextLook(waits.Select(pair => pair.At!.Value), now), cancel);
        }
    }

    private async Task RenewAsync(AppName app, CancellationToken cancel)
    {
        try
        {
            await manager.RenewAsync(app, log.OutputOf(app), cancel);
        }
        catch (ProblemException e)
        {
            log.Failed(app, e.Problem);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One app's fault must not end the loop that keeps all others' certificates alive.
            log.Faulted(app, e);
        }
    }

    private DateTimeOffset? SafeNextAttempt(AppName app)
    {
        try
        {
            return manager.NextAttemptOf(app);
        }
        catch (ProblemException e)
        {
            log.Failed(app, e.Problem);
            return null;
        }
    }

    private static TimeSpan NextLook(IEnumerable<DateTimeOffset> times, DateTimeOffset now)
    {
        var next = times.Select(at => at - now).Append(LongestSleep).Min();
        return next < TimeSpan.FromSeconds(1) ? TimeSpan.FromSeconds(1) : next;
    }

    private async Task SleepAsync(TimeSpan span, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var nudged = _nudges.Reader.WaitToReadAsync(either.Token).AsTask();
        await Task.WhenAny(nudged, Task.Delay(span, time, either.Token));
        await either.CancelAsync();
        _nudges.Reader.TryRead(out _);
        cancel.ThrowIfCancellationRequested();
    }
}
