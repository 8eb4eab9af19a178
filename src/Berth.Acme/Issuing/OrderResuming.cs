using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Finds the order that an earlier run left in the journal, while it is of use.</summary>
internal sealed class OrderResuming(
    AcmeClient client, IOrderJournal journal, IssuanceRequest request, IProgress<IssuanceStep>? progress)
{
    private readonly OrderKeeping _keeping = new(client, journal);

    /// <summary>The key of a run that ended between key and order, after <see cref="FindAsync"/>.</summary>
    internal PendingOrder? Prepared { get; private set; }

    /// <returns>Null when the journal has no order of use.</returns>
    internal async Task<OpenOrder?> FindAsync(CancellationToken cancel)
    {
        if (await journal.LoadAsync(cancel) is not { } pending)
        {
            return null;
        }

        var account = (await client.Account.OpenAsync(cancel)).AccountUrl!;
        if (!pending.Serves(request, client.Options.DirectoryUrl.OriginalString, account))
        {
            await CloseAsync(pending, account, cancel);
            return await DropAsync("it is for other names, another key type or another account", cancel);
        }

        if (!IsKey(pending.PrivateKeyPem))
        {
            return await DropAsync("its private key cannot be read", cancel);
        }

        switch (pending)
        {
            case { OrderUrl: null }:
                Prepared = pending;
                return null;
            case { Stage: OrderStage.Downloaded, CertificatePem: not null, CertificateUrl: not null }:
                return Resumed(new OpenOrder(pending, null));
            default:
                return await AskAsync(pending, pending.OrderUrl, cancel);
        }
    }

    private async Task CloseAsync(PendingOrder pending, string account, CancellationToken cancel)
    {
        if (pending is { Stage: OrderStage.Ordered, OrderUrl: { } url } && pending.DirectoryUrl == client.Options.DirectoryUrl.OriginalString && pending.AccountUrl == account)
        {
            await new Abandoning(client, journal).CloseAsync(url, cancel);
        }
    }

    private async Task<OpenOrder?> AskAsync(PendingOrder pending, string url, CancellationToken cancel)
    {
        Order order;
        try
        {
            order = (await client.Account.PostAsync(url, default, cancel)).Read(AcmeJson.Default.Order);
        }
        catch (Exception e) when (_keeping.IsPassing(e, pending, isFinalized: pending.Stage >= OrderStage.Finalizing))
        {
            await _keeping.ThrowUnlessOverAsync(e, pending, cancel);
            return await DropAsync((e as ProblemException)?.Problem.Found ?? AcmeProblems.WordsOf(((AcmeRefusalException)e).Document), cancel);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
        {
            return await DropAsync($"the server no longer knows it: {AcmeProblems.WordsOf(e.Document)}", cancel);
        }
        catch (ProblemException e) when (e.Problem.Code == AcmeProblems.UrlInvalid)
        {
            return await DropAsync(e.Problem.Found, cancel);
        }

        if (order.Status == AcmeStatus.Invalid || (order.Status != AcmeStatus.Valid && client.Clock.Both.All(now => order.Expires < now)))
        {
            await (order.Status == AcmeStatus.Invalid ? TellFailedAsync(pending, order, cancel) : Task.CompletedTask);
            var reason = order.Error is { } error ? AcmeProblems.WordsOf(error) : "it is invalid or has expired";
            return await DropAsync(reason, cancel);
        }

        if (order.Status != AcmeStatus.Valid && IsOld(pending))
        {
            await new Abandoning(client, journal).RunAsync(new OpenOrder(pending, order), cancel);
            return await DropAsync($"it was not decided within {AcmeProblems.Spoken(client.Options.OrderLifetime)}", cancel);
        }

        return Resumed(new OpenOrder(pending, order, IsResumed: true));
    }

    // What failed after the run that asked for it had ended: the CA has counted it. Of one that saw it and ended before it could close the order, twice.
    private async Task TellFailedAsync(PendingOrder pending, Order order, CancellationToken cancel)
    {
        try
        {
            foreach (var url in order.Authorizations.Take(pending.Names.Count))
            {
                var authorization = (await client.Account.PostAsync(url, default, cancel)).Read(AcmeJson.Default.Authorization);
                if (authorization.Status == AcmeStatus.Invalid && pending.Names.Contains(Authorizing.NameOf(authorization)))
                {
                    var failure = Authorizing.Refused(Authorizing.NameOf(authorization), authorization);
                    progress?.Report(new IssuanceStep(IssuanceStepKind.ValidationFailed, failure.Name, failure.Words));
                }
            }
        }
        catch (Exception e) when (e is AcmeRefusalException or ProblemException)
        {
            // The order is over all the same.
        }
    }

    // One of the future was placed while the clock was ahead: nobody knows when.
    private bool IsOld(PendingOrder pending) => (client.Time.GetUtcNow() - pending.OrderedAt)?.Duration() > client.Options.OrderLifetime;

    private OpenOrder Resumed(OpenOrder order)
    {
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderResumed, Detail: order.Pending.OrderUrl));
        return order;
    }

    private async Task<OpenOrder?> DropAsync(string reason, CancellationToken cancel)
    {
        progress?.Report(new IssuanceStep(IssuanceStepKind.OrderDropped, Detail: reason));
        await journal.ClearAsync(cancel);
        return null;
    }

    private static bool IsKey(string pem)
    {
        try
        {
            KeyPair.FromPem(pem).Dispose();
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
