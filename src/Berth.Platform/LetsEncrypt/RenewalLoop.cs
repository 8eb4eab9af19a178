using System.Collections.Concurrent;
using System.Threading.Channels;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Routing;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// Renews by itself, for as long as the daemon lives. Its index is no plan: every certificate is asked anew in turn, and before anything is done,
/// so that a crash, a clock that jumps or a hand that edits files cannot make it forget one.
/// </summary>
public sealed class RenewalLoop(
    AppCatalog apps, KnownApps known, RoutePublisher routes, CertificateManager manager, AutoRenewal renewal, RenewalQueue queue, RenewalTroubles troubles, IRenewalLog log, TimeProvider time) : ILineageEvents
{
    // When not even the failure could be written down (a full disk), this much is remembered all the same.
    private static readonly TimeSpan AfterTrouble = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AfterFault = TimeSpan.FromHours(1);

    // The longest between two looks, so that a suspended machine or a clock set forward is noticed.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMinutes(5);

    // Between two looks, and before an app that was just seen to is seen to again.
    private static readonly TimeSpan Breath = TimeSpan.FromSeconds(1);

    // How many certificates are asked anew in one look.
    private const int ASlice = 2_000;
    private readonly RenewalIndex _index = new();
    private readonly RenewalTurns _turns = new();
    private readonly RenewalLine _line = new(time);
    private readonly Dictionary<AppName, DateTimeOffset> _notBefore = [];

    // Who was asked in this look.
    private readonly HashSet<AppName> _asked = [];
    private readonly RenewalUrgency _urgency = new(manager);
    private DateTimeOffset _nextRound = DateTimeOffset.MinValue;

    // Asked anew at the next look, whenever that is.
    private readonly ConcurrentQueue<AppName> _heardOf = new();

    // Null: one has ended.
    private readonly Channel<AppName?> _nudges = Channel.CreateBounded<AppName?>(new BoundedChannelOptions(1000) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Called with each app whose certificate was asked anew.</summary>
    public Action<AppName> LookedAt { get; init; } = static _ => { };

    /// <summary>Called as it begins, and waited for as it ends.</summary>
    public Func<CancellationToken, Task> Began { get; init; } = static _ => Task.CompletedTask;

    /// <summary>Called after each look.</summary>
    public Action Looked { get; init; } = static () => { };

    /// <summary>Makes it look at one app now: its names have changed. One too many is found at the next look at all.</summary>
    public void Nudge(AppName app) => _nudges.Writer.TryWrite(app);

    public async Task RunAsync(CancellationToken cancel)
    {
        var begun = Began(cancel);
        try
        {
            while (true)
            {
                await SleepAsync(SafeLook(cancel) - time.GetUtcNow(), cancel);
            }
        }
        finally
        {
            await _turns.EndAsync();
            await begun.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// A new certificate is looked at soon where its server may have something to say about its renewal, and so is what failed or
    /// was held back and is tried again within minutes; else when there is a look at all.
    /// </summary>
    public void Publish(LineageEvent happened)
    {
        if (happened.Kind is not (LineageEventKind.Issued or LineageEventKind.RolledBack or LineageEventKind.Restored or LineageEventKind.Failed or LineageEventKind.Held))
        {
            return;
        }

        if (happened.NextStep > time.GetUtcNow() + LongestSleep)
        {
            _heardOf.Enqueue(happened.App);
        }
        else
        {
            _ = NudgeSoonAsync(happened.App);
        }
    }

    // Who had it is still at it.
    private async Task NudgeSoonAsync(AppName app)
    {
        await Task.Delay(Breath, time);
        Nudge(app);
    }

    private DateTimeOffset SafeLook(CancellationToken cancel)
    {
        try
        {
            return Look(cancel);
        }
        catch (Exception e)
        {
            // Neither a machine short of files or memory for a moment nor a fault of ours must end what keeps every certificate alive.
            log.LookFailed(e);
            return time.GetUtcNow() + AfterTrouble;
        }
    }

    /// <returns>When to look again; sooner where one ends or is nudged.</returns>
    private DateTimeOffset Look(CancellationToken cancel)
    {
        _asked.Clear();

        // First, so that one which ends just now is heard of at the next look.
        var nudged = Nudged();
        while (_turns.TryTakeEnded(out var app, out var rest))
        {
            _notBefore[app] = time.GetUtcNow() + rest;
            Ask(app);
        }

        nudged.ForEach(Ask);
        var now = time.GetUtcNow();
        if (_index.HasFresh || now >= _nextRound || _nextRound - now > LongestSleep)
        {
            Round();
            _nextRound = now + LongestSleep;
        }

        if (!renewal.IsOn)
        {
            _line.Set([]);
            queue.Set([]);
            return _nextRound;
        }

        BeginDue(cancel);
        return _index.HasFresh ? now : Earlier(_nextRound, Earlier(now + (_line.StaleIn ?? LongestSleep), _index.NextAfter(now) ?? _nextRound));
    }

    // What expires first goes first, as far as there are turns: each that ends makes room for the next.
    private void BeginDue(CancellationToken cancel)
    {
        if (_turns.AreTaken)
        {
            return;
        }

        var waiting = _line.IsStale ? Waiting() : null;
        if (waiting is not null)
        {
            _line.Set(waiting);
        }

        while (_line.TryTake(AreTaken, out var app))
        {
            // Asked again before anything is done, and once more when its turn begins.
            if (IsStillDue(app) && RankOf(app) is var rank && !AreTaken(rank))
            {
                _turns.Begin(app, rank.Server, () => RenewAsync(app, cancel), () => _nudges.Writer.TryWrite(null));
            }
        }

        if (waiting is not null)
        {
            queue.Set([.. waiting.Select(one => one.App).Where(app => !_turns.Has(app))]);
        }
    }

    private bool AreTaken(RenewalRank rank) => _turns.AreTakenAt(rank.Server, rank.Yields);

    private (AppName App, RenewalRank Rank)[] Waiting() =>
        [.. _index.Due(time.GetUtcNow()).Where(app => !_turns.Has(app)).Select(app => (App: app, Rank: RankOf(app))).OrderBy(one => one.Rank)];

    private bool IsStillDue(AppName app)
    {
        if (_turns.Has(app))
        {
            return false;
        }

        if (!_asked.Contains(app))
        {
            Ask(app);
        }

        return _index.NextOf(app) <= time.GetUtcNow();
    }

    private RenewalRank RankOf(AppName app) => _urgency.Of(app, _index.Count);

    // Hand edits reach the edge and the plan at the next look at the latest; of very many apps, after a few looks.
    private void Round()
    {
        var all = apps.List();
        _index.Follow(all, app => known.Find(app)?.Next);
        queue.Set(LongestSleep * ((all.Count / ASlice) + 1));
        if (!_index.HasFresh)
        {
            _urgency.ForgetAll();
        }

        Forget();
        foreach (var app in _index.Slice(ASlice))
        {
            using var pass = SinglePass.OverMany(app.Text, all.Count);
            Safely(app, one => routes.Publish(one));
            Ask(app);
            Safely(app, LookedAt);
        }

        Looked();
    }

    /// <summary>One app's trouble must not end the look at all others.</summary>
    /// <returns>False where that was a fault of ours.</returns>
    private bool Safely(AppName app, Action<AppName> see)
    {
        try
        {
            see(app);
        }
        catch (ProblemException e)
        {
            log.Failed(app, e.Problem);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            log.Faulted(app, e);
            return false;
        }

        return true;
    }

    // A time further away than any is set was set under another clock.
    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var (app, until) in _notBefore)
        {
            if (until <= now || until - now > AfterFault)
            {
                _notBefore.Remove(app);
            }
        }
    }

    private void Ask(AppName app)
    {
        _asked.Add(app);
        _urgency.Forget(app);
        _index.Set(app, SafeNextAttempt(app));
    }

    /// <returns>How long the app is left alone then, whatever its state says.</returns>
    private async Task<TimeSpan> RenewAsync(AppName app, CancellationToken cancel)
    {
        var began = time.GetUtcNow();
        try
        {
            await manager.RenewAsync(app, () => renewal.IsOn, log.OutputOf(app), cancel);
            return Breath;
        }
        catch (ProblemException e)
        {
            log.Failed(app, e.Problem);
            return troubles.Note(app, e.Problem, began) ? AfterTrouble : Breath;
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // One app's fault must not end the loop that keeps all others' certificates alive, nor be tried without a pause.
            log.Faulted(app, e);
            troubles.NoteFault(app);
            return AfterFault;
        }
    }

    private DateTimeOffset? SafeNextAttempt(AppName app)
    {
        // Where even asking fails by a fault of ours it is tried, and that is told.
        DateTimeOffset? next = null;
        var isAsked = Safely(app, one => next = troubles.Until(one, known.Next(one, () => manager.NextOf(one).At)));
        return Later(isAsked ? next : time.GetUtcNow(), _notBefore.GetValueOrDefault(app));
    }

    // A gate further away than it can have been set was set under another clock.
    private DateTimeOffset? Later(DateTimeOffset? next, DateTimeOffset gate) =>
        gate > next && gate - time.GetUtcNow() <= AfterFault ? gate : next;

    private static DateTimeOffset Earlier(DateTimeOffset one, DateTimeOffset other) => one < other ? one : other;

    private List<AppName> Nudged()
    {
        var nudged = new HashSet<AppName>();
        while (_heardOf.TryDequeue(out var heardOf))
        {
            nudged.Add(heardOf);
        }

        while (_nudges.Reader.TryRead(out var app))
        {
            if (app is not null)
            {
                nudged.Add(app);
            }
        }

        return [.. nudged];
    }

    private async Task SleepAsync(TimeSpan span, CancellationToken cancel)
    {
        // A clock that was set back during a look makes it any length.
        using var alarm = new CancellationTokenSource(span < Breath ? Breath : span > LongestSleep ? LongestSleep : span, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, alarm.Token);
        await ((Task)_nudges.Reader.WaitToReadAsync(either.Token).AsTask()).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancel.ThrowIfCancellationRequested();
    }
}
