using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Validation;

/// <summary>Validates challenges in the background: a started challenge is on disk before it is here, so none is lost.</summary>
internal sealed class ValidationWork : IAsyncDisposable
{
    private const int Capacity = 20_000;

    private readonly WorkQueue<ValidationTask> _queue;
    private readonly Http01Validator _http;
    private readonly IAuthorityStore _store;
    private readonly TimeSpan _lifetime;
    private readonly TimeProvider _time;
    private readonly NodeIdentity _node;
    private readonly ILogger _log;

    internal ValidationWork(
        AuthorityOptions options, IAuthorityStore store, NodeIdentity node, TimeProvider time, ILogger log)
    {
        (_store, _node, _time, _log, _lifetime) = (store, node, time, log, options.AuthorizationLifetime);
        var resolver = new NameResolver(options.KnownAddresses, new AddressPolicy(options.AllowPrivateAddresses));
        _http = new Http01Validator(options, resolver, time);
        _queue = new WorkQueue<ValidationTask>(options.ConcurrentValidations, Capacity, ValidateAsync);
    }

    /// <summary>Takes over what was unfinished when its node ended, at the latest <see cref="NodeIdentity.LeaseTime"/> after it was taken up there.</summary>
    /// <param name="leasesBefore">The time that counts as now for others' leases.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task TakeOverAsync(DateTimeOffset leasesBefore, CancellationToken cancel)
    {
        while (_node.NewLease() is var lease
            && await _store.ClaimChallengesAsync(lease, leasesBefore, NodeIdentity.ClaimedAtOnce, cancel) is { IsEmpty: false } tasks)
        {
            foreach (var task in tasks)
            {
                _queue.Restore(task);
            }

            leasesBefore = NodeIdentity.Earlier(leasesBefore, lease.Until.AddTicks(-1));
        }
    }

    /// <summary>Starts a pending challenge; one that somebody else started meanwhile stays as it is.</summary>
    /// <exception cref="Rejection">rateLimited when too much is waiting; the challenge stays pending.</exception>
    internal async Task StartAsync(ValidationTask task, CancellationToken cancel)
    {
        if (!_queue.TryReserve())
        {
            throw Reject.RateLimited("Too many validations are waiting; try again soon.", TimeSpan.FromSeconds(5), 503);
        }

        var isQueued = false;
        try
        {
            if (await _store.StartChallengeAsync(task.ChallengeId, task.AccountUrl, _node.NewLease(), cancel))
            {
                _queue.Add(task);
                isQueued = true;
            }
        }
        finally
        {
            if (!isQueued)
            {
                _queue.Release();
            }
        }
    }

    private async Task ValidateAsync(ValidationTask task, CancellationToken cancel)
    {
        try
        {
            var target = new ValidationTarget(task.Name, task.Token, KeyAuthorization.Of(task.Token, task.Thumbprint));
            var problem = await _http.ValidateAsync(target, cancel);
            var now = _time.GetUtcNow();
            await _store.FinishChallengeAsync(task.ChallengeId, now, now + _lifetime, Json(task, problem), cancel);
            Tell(task, problem);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // The challenge stays in processing and is taken up again when its lease has ended; a client sees no false verdict.
            _log.ValidationFailed(e, task.ChallengeId);
        }
    }

    private void Tell(ValidationTask task, ProblemDocument? problem)
    {
        if (problem is null)
        {
            _log.Proven(task.AccountId, task.Name, ChallengeType.Http01);
            return;
        }

        _log.NotProven(task.AccountId, task.Name, ChallengeType.Http01, problem.Detail);
    }

    private static string? Json(ValidationTask task, ProblemDocument? problem) => problem is null
        ? null
        : JsonSerializer.Serialize(problem with { Identifier = Identifier.Dns(task.Name) }, AcmeJson.Default.ProblemDocument);

    public ValueTask DisposeAsync() => _queue.DisposeAsync();
}
