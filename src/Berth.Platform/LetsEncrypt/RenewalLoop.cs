using System.Collections.Concurrent;
using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Renews by itself, for as long as the daemon lives. Its index is no plan: every certificate is asked anew in turn, and before anything is done,
/// so that a crash, a clock that jumps or a hand that edits files cannot make it forget one.
/// </summary>
public sealed class RenewalLoop(
    AppCatalog apps, RoutePublisher routes, CertificateManager manager, AutoRenewal renewal, IRenewalLog log, TimeProvider time) : ILineageEvents
{
    // When not even the failure could be written down (a full disk), this much is remembered all the same.
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromHours(1);

    // The longest between two looks, so that a suspended machine or a clock set forward is noticed.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);

    // Between two looks that both found something due.
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);
    private const int AtOnce = 4;

    // How many certificates are asked anew in one look.
    private const int ASlice = 2_000;
    private readonly RenewalIndex _index = new();
    private DateTimeOffset _nextRound = DateTimeOffset.MinValue;
    private readonly ConcurrentDictionary<AppName, DateTimeOffset> _notBefore = new();
    private readonly Channel<AppName> _nudges =
        Channel.CreateBounded<AppName>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Called after each look at all certificates, with them.</summary>
    public Action<IReadOnlyList<AppName>> Looked { get; init; } = static _ => { };

    /// <summary>Makes it look at one app now: its names have changed. One too many is found at the next look at all.</summary>
    public void Nudge(AppName app) => _nudges.Writer.TryWrite(app);

    public async Task RunAsync(CancellationToken cancel)
    {
        while (true)
        {
            DateTimeOffset nextLook;
            try
            {
                nextLook = await LookAsync(cancel);
            }
            catch (Exception e) when (e is not OutOfMemoryException && (e is not OperationCanceledException || !cancel.IsCancellationRequested))
            {
                // Neither a machine short of files for a moment nor a fault of ours must end what keeps every certificate alive.
                log.LookFailed(e);
                nextLook = time.GetUtcNow() + AfterTrouble;
            }

            await SleepAsync(nextLook - time.GetUtcNow(), cancel);
        }
    }

    /// <summary>A new certificate is looked at soon: its server may have something to say about its renewal.</summary>
    public void Publish(LineageEvent happened)
    {
        if (happened.Kind is LineageEventKind.Issued or LineageEventKind.RolledBack)
        {
            Nudge(happened.App);
        }
    }

    /// <returns>When to look again.</returns>
    private async Task<DateTimeOffset> LookAsync(CancellationToken cancel)
    {
        Nudged().ForEach(Ask);
        var now = time.GetUtcNow();
        if (_index.HasFresh || now >= _nextRound || _nextRound - now > LongestSleep)
        {
            Round();
            _nextRound = now + LongestSleep;
        }

        var due = renewal.IsOn ? Due() : [];
        await Parallel.ForEachAsync(
            due,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancel },
            async (app, token) => await RenewAsync(app, token));
        due.ForEach(Ask);
        return due.Count > 0 || _index.HasFresh ? now : Earlier(_nextRound, (renewal.IsOn ? _index.NextAfter(now) : null) ?? _nextRound);
    }

    // Hand edits reach the edge and the plan at the next look at the latest; of very many apps, after a few looks.
    private void Round()
    {
        _index.Follow(apps.List());
        var slice = _index.Slice(ASlice);
        foreach (var app in slice)
        {
            try
            {
                routes.Publish(app);
            }
            catch (ProblemException e)
            {
                log.Failed(app, e.Problem);
            }

            Ask(app);
        }

        Looked(slice);
    }

    // Asked again before anything is done; the certificate that expires first goes first.
    private List<AppName> Due()
    {
        var due = _index.Due(time.GetUtcNow());
        foreach (var app in due)
        {
            Ask(app);
        }

        return [.. _index.Due(time.GetUtcNow()).OrderBy(app => SafeExpiry(app) ?? DateTimeOffset.MaxValue)];
    }

    private void Ask(AppName app) => _index.Set(app, SafeNextAttempt(app));

    private DateTimeOffset? SafeExpiry(AppName app)
    {
        try
        {
            return manager.ExpiryOf(app);
        }
        catch (ProblemException)
        {
            // Told of when it was asked for its next step.
            return null;
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
            _notBefore[app] = time.GetUtcNow() + AfterTrouble;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
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

    private List<AppName> Nudged()
    {
        var nudged = new HashSet<AppName>();
        while (_nudges.Reader.TryRead(out var app))
        {
            nudged.Add(app);
        }

        return [.. nudged];
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
