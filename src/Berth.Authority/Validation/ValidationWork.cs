using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Limits;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Validation;

/// <summary>Validates challenges in the background: a started challenge is on disk before it is here, so none is lost.</summary>
internal sealed class ValidationWork : IAsyncDisposable
{
    private const int Capacity = 20_000;

    // Most proofs are found in milliseconds: the answer that waits for that spares the disk a commit, and the client a poll and its pause.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(300);

    private readonly WorkQueue<Attempt> _queue;
    private readonly HeldWork _held;
    private readonly Validations _validations;
    private readonly RateLimiter _limiter;
    private readonly RetrySchedule _retries;
    private readonly IAuthorityStore _store;
    private readonly TimeSpan _lifetime;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly NodeIdentity _node;
    private readonly ILogger _log;

    internal ValidationWork(
        AuthorityOptions options, Validations validations, IAuthorityStore store, RateLimiter limiter, NodeIdentity node, TimeProvider time, ILogger log)
    {
        (_store, _node, _time, _log, _lifetime) = (store, node, time, log, options.AuthorizationLifetime);
        (_validations, _limiter, _retries) = (validations, limiter, new RetrySchedule(options.ValidationRetries, time));
        // Pebble answers at once, and its clients' tests may look for that.
        _patience = options.Testing is null ? Patience : TimeSpan.Zero;
        _held = new HeldWork(node, store.KeepChallengesAsync, time, log);
        _held.Start();
        _queue = new WorkQueue<Attempt>(options.ConcurrentValidations, Capacity, ValidateAsync, attempt => attempt.Task.AccountId);
    }

    /// <summary>Takes over what was unfinished when its node ended, at the latest <see cref="NodeIdentity.LeaseTime"/> after it was taken up there.</summary>
    /// <param name="leasesBefore">The time that counts as now for others' leases.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task TakeOverAsync(DateTimeOffset leasesBefore, CancellationToken cancel)
    {
        while (_node.NewLease() is var lease
            && await _store.ClaimChallengesAsync(lease, leasesBefore, NodeIdentity.ClaimedAtOnce, cancel) is { IsEmpty: false } tasks)
        {
            foreach (var task in tasks.Where(task => _held.TakeOver(task.ChallengeId, lease)))
            {
                _queue.Restore(new Attempt(task, 1, null));
            }

            leasesBefore = NodeIdentity.Earlier(leasesBefore, lease.Until.AddTicks(-1));
        }
    }

    /// <summary>Starts a pending challenge; one that somebody else started meanwhile stays as it is.</summary>
    /// <returns>The verdict; null once somebody else has decided it, or, where that takes long, once it is in processing: it is on disk then.</returns>
    /// <exception cref="Rejection">rateLimited when too much is waiting; the challenge stays pending.</exception>
    internal async Task<ChallengeVerdict?> StartAsync(ValidationTask task, CancellationToken cancel)
    {
        if (!_queue.TryReserve())
        {
            throw Reject.RateLimited("Too many validations are waiting; try again soon.", TimeSpan.FromSeconds(5), 503);
        }

        var lease = _node.NewLease();
        if (!_held.TryTake(task.ChallengeId, lease))
        {
            // Another request of this very moment has started it.
            _queue.Release();
            await _store.StartChallengeAsync(task.ChallengeId, task.AccountUrl, lease, cancel);
            return null;
        }

        var first = new TaskCompletionSource<ChallengeVerdict?>(TaskCreationOptions.RunContinuationsAsynchronously);
        _queue.Add(new Attempt(task, 1, first));
        // A client waits in real time, whatever the authority's clock does.
        await Task.WhenAny(first.Task, Task.Delay(_patience, TimeProvider.System, cancel));
        if (first.Task.IsCompletedSuccessfully)
        {
            return await first.Task;
        }

        await _store.StartChallengeAsync(task.ChallengeId, task.AccountUrl, lease, CancellationToken.None);
        return null;
    }

    /// <summary>A client has sent its response again while the challenge is in processing (RFC 8555 §8.2).</summary>
    internal void Hurry(string challengeId) => _retries.Hurry(challengeId);

    /// <returns>Until the next attempt; null when none is waiting.</returns>
    internal TimeSpan? UntilNext(string challengeId) => _retries.Remaining(challengeId);

    private async Task ValidateAsync(Attempt attempt, CancellationToken cancel)
    {
        var id = attempt.Task.ChallengeId;
        var isOver = true;
        try
        {
            if (_held.Has(id))
            {
                (isOver, var verdict) = await TryAsync(attempt, cancel);
                attempt.Recorded?.TrySetResult(verdict);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // The challenge stays in processing and is taken up again when its lease has ended; a client sees no false verdict.
            _log.ValidationFailed(e, id);
        }
        finally
        {
            // What is not recorded, as the store failed or the program ends, is for whoever waits to record.
            attempt.Recorded?.TrySetCanceled(CancellationToken.None);
            if (isOver)
            {
                _held.Release(id);
            }
        }
    }

    /// <returns>False when there will be another attempt; the verdict, where it is this one that decides.</returns>
    private async Task<(bool IsOver, ChallengeVerdict? Verdict)> TryAsync(Attempt attempt, CancellationToken cancel)
    {
        var task = attempt.Task;
        var finding = await _validations.ProveAsync(TargetOf(task), cancel);
        if (finding.MayPass && _retries.HasAfter(attempt.Number))
        {
            await _store.NoteAttemptAsync(task.ChallengeId, task.AccountUrl, Json(task, finding.Problem)!, _node.NewLease(), cancel);
            _ = RepeatAsync(attempt, cancel);
            return (false, null);
        }

        var now = DateTimeOffset.FromUnixTimeMilliseconds(_time.GetUtcNow().ToUnixTimeMilliseconds());
        var expires = finding.Until < now + _lifetime ? finding.Until.Value : now + _lifetime;
        var verdict = new ChallengeVerdict(task.ChallengeId, task.AccountUrl, now, expires, Json(task, finding.Problem))
        {
            Cost = finding.Problem is null ? [] : _limiter.CostOfFailure(task.AccountId, task.Name),
            Tally = _limiter.TallyOf(task.AccountId, task.Name),
        };
        if (!await _store.FinishChallengeAsync(verdict, cancel))
        {
            return (true, null);
        }

        Tell(task, finding.Problem);
        return (true, verdict);
    }

    // Waits outside of the workers: others go on meanwhile.
    private async Task RepeatAsync(Attempt attempt, CancellationToken cancel)
    {
        try
        {
            await _retries.WaitAsync(attempt.Task.ChallengeId, attempt.Number, cancel);
            _queue.Restore(attempt with { Number = attempt.Number + 1, Recorded = null });
        }
        catch (OperationCanceledException)
        {
            // The program stops; the challenge is found again at the next start.
        }
    }

    private static ValidationTarget TargetOf(ValidationTask task) => new()
    {
        Name = task.Name,
        Type = task.Type,
        Token = task.Token,
        Thumbprint = task.Thumbprint,
        AccountUrl = task.AccountUrl,
    };

    private void Tell(ValidationTask task, ProblemDocument? problem)
    {
        if (problem is null)
        {
            _log.Proven(task.AccountId, task.Name, task.Type);
            return;
        }

        _log.NotProven(task.AccountId, task.Name, task.Type, problem.Detail);
    }

    private static string? Json(ValidationTask task, ProblemDocument? problem) => problem is null
        ? null
        : JsonSerializer.Serialize(Reject.About(problem, Identifier.Of(task.Name)), AcmeJson.Default.ProblemDocument);

    /// <param name="Task">What is proven.</param>
    /// <param name="Number">1 for the first.</param>
    /// <param name="Recorded">Ends once what came of the first attempt is on disk, with the verdict if it was one; null where nobody waits for it.</param>
    private sealed record Attempt(ValidationTask Task, int Number, TaskCompletionSource<ChallengeVerdict?>? Recorded);

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        await _held.DisposeAsync();
    }
}
