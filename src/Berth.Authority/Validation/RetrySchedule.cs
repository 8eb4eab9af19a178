using System.Collections.Concurrent;
using System.Collections.Immutable;

namespace Berth.Authority.Validation;

/// <summary>When a failed attempt is repeated (RFC 8555 §8.2); a client may hurry the next one, never add one.</summary>
/// <param name="waits">The wait after the first attempt, after the second, …</param>
/// <param name="time">The clock.</param>
internal sealed class RetrySchedule(ImmutableArray<TimeSpan> waits, TimeProvider time)
{
    /// <summary>No client can make two attempts follow each other faster.</summary>
    internal static readonly TimeSpan Least = TimeSpan.FromSeconds(1);

    private const int Most = 20_000;

    private readonly ConcurrentDictionary<string, (TaskCompletionSource Hurry, DateTimeOffset Due)> _waiting = new();

    /// <returns>False when this attempt was the last, or too many wait already.</returns>
    internal bool HasAfter(int attempt) => attempt <= waits.Length && _waiting.Count < Most;

    internal async Task WaitAsync(string challengeId, int attempt, CancellationToken cancel)
    {
        var wait = waits[attempt - 1];
        var hurry = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        var (whole, least) = (Task.Delay(wait, time, end.Token), Task.Delay(wait < Least ? wait : Least, time, end.Token));

        // Told of once the clock runs: whoever knows of it may wait by that clock.
        _waiting[challengeId] = (hurry, time.GetUtcNow() + wait);
        try
        {
            await least;
            await Task.WhenAny(whole, hurry.Task);
            await end.CancelAsync();
            cancel.ThrowIfCancellationRequested();
        }
        finally
        {
            _waiting.TryRemove(challengeId, out _);
        }
    }

    /// <summary>A client has sent its response again.</summary>
    internal void Hurry(string challengeId)
    {
        if (_waiting.TryGetValue(challengeId, out var waiting))
        {
            waiting.Hurry.TrySetResult();
        }
    }

    /// <returns>Until the next attempt; null when none is waiting.</returns>
    internal TimeSpan? Remaining(string challengeId) =>
        _waiting.TryGetValue(challengeId, out var waiting) && waiting.Due - time.GetUtcNow() is var rest && rest > TimeSpan.Zero ? rest : null;
}
