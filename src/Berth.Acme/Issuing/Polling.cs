using System.Text.Json.Serialization.Metadata;
using Berth.Acme.Accounts;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>
/// Reads a resource until it says what is waited for: at once or soon, then less and less often, or when the server
/// asks (RFC 8555 §7.5.1). A server out of reach for a moment ends no wait: it goes on looking, and must find what proves the names.
/// </summary>
internal sealed class Polling(AccountSession account, TimeSpan outagePatience, TimeProvider time)
{
    /// <summary>How soon a CA that has to do something may have done it.</summary>
    internal static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(25);

    private static readonly TimeSpan OutagePause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestOutagePause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(1);

    /// <param name="first">The wait before the first look; zero where nothing is left to do but to look.</param>
    /// <param name="url">The resource.</param>
    /// <param name="type">Its JSON.</param>
    /// <param name="isDone">Ends the wait.</param>
    /// <param name="budget">The longest wait.</param>
    /// <param name="late">The problem of a wait that was too long.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task<T> UntilAsync<T>(
        TimeSpan first,
        string url,
        JsonTypeInfo<T> type,
        Predicate<T> isDone,
        TimeSpan budget,
        Func<Problem> late,
        CancellationToken cancel) where T : class
    {
        var (resource, asked) = await LookAsync(first, url, type, isDone, budget, cancel);
        return resource ?? throw AcmeProblems.WithRetryAfter(late().AsException(), asked);
    }

    /// <returns>Null when what is waited for did not come within the budget.</returns>
    /// <inheritdoc cref="UntilAsync"/>
    internal async Task<T?> TryUntilAsync<T>(
        TimeSpan first, string url, JsonTypeInfo<T> type, Predicate<T> isDone, TimeSpan budget, CancellationToken cancel) where T : class =>
        (await LookAsync(first, url, type, isDone, budget, cancel)).Resource;

    /// <summary>Reads it once.</summary>
    /// <inheritdoc cref="UntilAsync"/>
    internal async Task<T> ReadAsync<T>(string url, JsonTypeInfo<T> type, CancellationToken cancel) where T : class =>
        (await AskAsync(url, type, cancel)).Resource;

    private async Task<(T? Resource, TimeSpan? Asked)> LookAsync<T>(
        TimeSpan first, string url, JsonTypeInfo<T> type, Predicate<T> isDone, TimeSpan budget, CancellationToken cancel) where T : class
    {
        var start = time.GetTimestamp();
        var pause = Soon;
        await Task.Delay(first, time, cancel);
        while (true)
        {
            var (resource, response) = await AskAsync(url, type, cancel);
            if (isDone(resource))
            {
                return (resource, null);
            }

            var wait = response.RetryAfter is { } asked && asked > TimeSpan.Zero ? Min(asked, LongestAsked) : pause;
            if (time.GetElapsedTime(start) + wait > budget)
            {
                return (null, response.RetryAfter);
            }

            await Task.Delay(wait, time, cancel);
            pause = Min(pause * 2, Longest);
        }
    }

    private async Task<(T Resource, AcmeResponse Response)> AskAsync<T>(string url, JsonTypeInfo<T> type, CancellationToken cancel) where T : class
    {
        var start = time.GetTimestamp();
        for (var pause = OutagePause; ; pause = Min(pause * 2, LongestOutagePause))
        {
            TimeSpan wait;
            try
            {
                var response = await account.PostAsync(url, default, cancel);
                return (response.Read(type), response);
            }
            catch (Exception e) when (Outage.Is(e) || e is AcmeRefusalException { Response.Status: OrderKeeping.NotFound })
            {
                // What is looked at was there a moment ago.
                wait = Outage.WaitOf(e) is { } asked && asked > pause ? asked : pause;
                var left = outagePatience - time.GetElapsedTime(start);
                if (wait > left)
                {
                    // It wants to be left alone for longer, and goes on looking all the same.
                    await Task.Delay(Outage.WaitOf(e) is null || left < TimeSpan.Zero ? TimeSpan.Zero : left, time, cancel);
                    throw;
                }
            }

            await Task.Delay(wait, time, cancel);
        }
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
