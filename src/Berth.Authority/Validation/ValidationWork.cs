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
    private readonly ILogger _log;

    internal ValidationWork(AuthorityOptions options, IAuthorityStore store, TimeProvider time, ILogger log)
    {
        (_store, _time, _log, _lifetime) = (store, time, log, options.AuthorizationLifetime);
        var resolver = new NameResolver(options.KnownAddresses, new AddressPolicy(options.AllowPrivateAddresses));
        _http = new Http01Validator(options, resolver, time);
        _queue = new WorkQueue<ValidationTask>(options.ConcurrentValidations, Capacity, ValidateAsync);
    }

    /// <summary>Goes on with what the last run left unfinished.</summary>
    internal async Task ResumeAsync(CancellationToken cancel)
    {
        foreach (var task in await _store.ListUnfinishedChallengesAsync(cancel))
        {
            _queue.Restore(task);
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
            if (await _store.StartChallengeAsync(task.ChallengeId, task.AccountUrl, cancel))
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
            // The challenge stays in processing and is taken up at the next start; a client sees no false verdict.
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
