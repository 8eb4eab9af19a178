using System.Collections.Concurrent;
using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Renews by itself, for as long as the daemon lives. It keeps no plan of its own: at each look it asks every certificate when it is
/// due, so that a crash, a clock that jumps or a hand that edits files cannot make it forget one.
/// </summary>
public sealed class RenewalLoop(
    AppCatalog apps, RoutePublisher routes, CertificateManager manager, AutoRenewal renewal, IRenewalLog log, TimeProvider time)
{
    // When not even the failure could be written down (a full disk), this much is remembered all the same.
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromHours(1);

    // The longest between two looks, so that a suspended machine or a clock set forward is noticed.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);

    // Between two looks that both found something due.
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);
    private const int AtOnce = 4;
    private readonly ConcurrentDictionary<AppName, DateTimeOffset> _notBefore = new();
    private readonly Channel<AppName> _nudges =
        Channel.CreateBounded<AppName>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Called after each look at all certificates, with them.</summary>
    public Action<IReadOnlyList<AppName>> Looked { get; init; } = static _ => { };

    /// <summary>Makes it look at one app now: its names have changed. One too many is found at the next look at all.</summary>
    public void Nudge(AppName app) => _nudges.Writer.TryWrite(app);

    public async Task RunAsync(CancellationToken cancel)
    {
        var nextLook = DateTimeOffset.MinValue;
        while (true)
        {
            var nudged = Nudged();
            try
            {
                var now = time.GetUtcNow();
                nextLook = nudged.Count == 0 || now >= nextLook || nextLook - now > LongestSleep
                    ? await LookAtAllAsync(cancel)
                    : Earlier(nextLook, await LookAsync(nudged, cancel));
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                // Neither a machine short of files for a moment nor a fault of ours must end what keeps every certificate alive.
                log.LookFailed(e);
                nextLook = time.GetUtcNow() + AfterTrouble;
            }

            await SleepAsync(nextLook - time.GetUtcNow(), cancel);
        }
    }

    private async Task<DateTimeOffset> LookAtAllAsync(CancellationToken cancel)
    {
        // Hand edits reach the edge at the next look at the latest.
        routes.PublishAll(log.Failed);
        var all = apps.List();
        var next = await LookAsync(all, cancel);
        Looked(all);
        return next;
    }

    /// <returns>When to look again.</returns>
    private async Task<DateTimeOffset> LookAsync(IEnumerable<AppName> which, CancellationToken cancel)
    {
        var waits = (renewal.IsOn ? which : [])
            .Select(app => (App: app, At: SafeNextAttempt(app)))
            .Where(pair => pair.At is not null)
            .ToArray();
        var now = time.GetUtcNow();
        var due = waits.Where(pair => pair.At <= now).OrderBy(pair => pair.At).Select(pair => pair.App).ToArray();
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (app, token) => await RenewAsync(app, token));
        return due.Length > 0 ? time.GetUtcNow() : waits.Select(pair => pair.At!.Value).Append(now + LongestSleep).Min();
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
            _notBefore[app] = time.GetUtcNow() + AfterTrouble;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // One app's fault must not end the loop that keeps all others' certificates alive, nor be tried without a pause.
            log.Faulted(app, e);
            _notBefore[app] = time.GetUtcNow() + AfterFault;
        }
    }

    private DateTimeOffset? SafeNextAttempt(AppName app)
    {
        try
        {
            return Later(manager.NextOf(app).At, _notBefore.GetValueOrDefault(app));
        }
        catch (ProblemException e)
        {
            log.Failed(app, e.Problem);
            return null;
        }
    }

    // A gate further away than it can have been set was set under another clock.
    private DateTimeOffset? Later(DateTimeOffset? next, DateTimeOffset gate) =>
        gate > next && gate - time.GetUtcNow() <= AfterFault ? gate : next;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private HashSet<AppName> Nudged()
    {
        var nudged = new HashSet<AppName>();
        while (_nudges.Reader.TryRead(out var app))
        {
            nudged.Add(app);
        }

        return nudged;
    }

    private async Task SleepAsync(TimeSpan span, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var nudged = _nudges.Reader.WaitToReadAsync(either.Token).AsTask();
        await Task.WhenAny(nudged, Task.Delay(span < Breath ? Breath : span, time, either.Token));
        await either.CancelAsync();
        cancel.ThrowIfCancellationRequested();
    }
}
