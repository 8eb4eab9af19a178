using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Gives an order up that cannot succeed: it is never used again.</summary>
internal sealed class Abandoning(AcmeClient client, IOrderJournal journal)
{
    // Another order may wait for it.
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private static readonly byte[] Deactivated = JsonSerializer.SerializeToUtf8Bytes(
        new StatusUpdate { Status = AcmeStatus.Deactivated }, AcmeJson.Default.StatusUpdate);

    /// <summary>Closes its pending authorizations and forgets it. Best effort: what brought us here is what is told.</summary>
    internal async Task RunAsync(OpenOrder open, CancellationToken cancel)
    {
        await TryAsync(token => CloseAsync(open.Order, token), cancel);
        try
        {
            await journal.ClearAsync(cancel);
        }
        catch (ProblemException)
        {
            // The next run finds it invalid.
        }
    }

    /// <summary>Closes the pending authorizations of one that another takes the place of. Best effort.</summary>
    internal Task CloseAsync(string orderUrl, CancellationToken cancel) => TryAsync(
        async token => await CloseAsync((await client.Account.PostAsync(orderUrl, default, token)).Read(AcmeJson.Default.Order), token), cancel);

    // Pending ones count against the account's limits for days (RFC 8555 §7.5.2).
    private async Task CloseAsync(Order? order, CancellationToken cancel)
    {
        if (order is { Status: AcmeStatus.Pending })
        {
            var limits = new ParallelOptions { MaxDegreeOfParallelism = client.Options.ParallelAuthorizations, CancellationToken = cancel };
            await Parallel.ForEachAsync(
                order.Authorizations.Take(Authorizing.MostAuthorizations), limits, async (url, token) => await TryAsync(once => CloseOneAsync(url, once), token));
        }
    }

    private async Task CloseOneAsync(string url, CancellationToken cancel)
    {
        var authorization = (await client.Account.PostAsync(url, default, cancel)).Read(AcmeJson.Default.Authorization);

        // One that the server is just looking at is decided soon, and may be of use for the next order.
        if (authorization.Status == AcmeStatus.Pending && !authorization.Challenges.Any(challenge => challenge.Status == AcmeStatus.Processing))
        {
            await client.Account.PostAsync(url, Deactivated, cancel);
        }
    }

    // What is left of it expires by itself.
    private async Task TryAsync(Func<CancellationToken, Task> close, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Longest, client.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        try
        {
            await close(either.Token);
        }
        catch (Exception e) when (e is AcmeRefusalException or ProblemException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
        }
    }
}
