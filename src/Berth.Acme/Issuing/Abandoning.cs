using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Gives an order up that cannot succeed: it is never used again.</summary>
internal sealed class Abandoning(AcmeClient client, IOrderJournal journal)
{
    private static readonly byte[] Deactivated = JsonSerializer.SerializeToUtf8Bytes(
        new StatusUpdate { Status = AcmeStatus.Deactivated }, AcmeJson.Default.StatusUpdate);

    /// <summary>Closes its pending authorizations and forgets it. Best effort: what brought us here is what is told.</summary>
    internal async Task RunAsync(OpenOrder open, CancellationToken cancel)
    {
        if (open.Order is { Status: AcmeStatus.Pending } order)
        {
            var limits = new ParallelOptions
            {
                MaxDegreeOfParallelism = client.Options.ParallelAuthorizations,
                CancellationToken = cancel,
            };
            await Parallel.ForEachAsync(order.Authorizations.Take(Authorizing.MostAuthorizations), limits, async (url, token) => await CloseAsync(url, token));
        }

        try
        {
            await journal.ClearAsync(cancel);
        }
        catch (ProblemException)
        {
            // The next run finds it invalid.
        }
    }

    // Pending ones count against the account's limits for days (RFC 8555 §7.5.2).
    private async Task CloseAsync(string url, CancellationToken cancel)
    {
        try
        {
            var authorization = (await client.Account.PostAsync(url, default, cancel)).Read(AcmeJson.Default.Authorization);
            if (authorization.Status == AcmeStatus.Pending)
            {
                await client.Account.PostAsync(url, Deactivated, cancel);
            }
        }
        catch (Exception e) when (e is AcmeRefusalException or ProblemException)
        {
            // It expires by itself.
        }
    }
}
