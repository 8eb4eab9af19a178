using System.Security.Cryptography;
using System.Text.Json;
using Berth.Acme.Challenges;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Carries one order from wherever it stands to a checked certificate in the journal (RFC 8555 §7.1.6).</summary>
internal sealed class OrderFlow(
    AcmeClient client,
    IOrderJournal journal,
    IReadOnlyList<IChallengeSolver> solvers,
    IssuanceRequest request,
    IProgress<IssuanceStep>? progress)
{
    private const int FinalizeAttempts = 3;

    private AcmeClientOptions Options => client.Options;

    /// <exception cref="OrderFailedException">The order is given up: its pending authorizations closed, the journal cleared.</exception>
    /// <exception cref="ProblemException">A transient problem; the journal keeps the order.</exception>
    internal async Task<IssuedCertificate> FinishAsync(OpenOrder open, CancellationToken cancel)
    {
        try
        {
            return await ContinueAsync(open, cancel);
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
        {
            await AbandonAsync(open, cancel);
            throw new OrderFailedException(AcmeProblems.RefusedBy(Options.Host, e, "the order"));
        }
        catch (OrderFailedException)
        {
            await AbandonAsync(open, cancel);
            throw;
        }
    }

    private async Task<IssuedCertificate> ContinueAsync(OpenOrder open, CancellationToken cancel)
    {
        using var key = KeyPair.FromPem(open.Pending.PrivateKeyPem);
        var download = new ChainDownload(client, progress);
        if (open.Order is not { } order)
        {
            using var kept = download.CheckKept(open.Pending.CertificatePem!, key, open.Pending.Names);
            return Result(open.Pending, kept);
        }

        order = await AuthorizeAsync(order, open.Pending.OrderUrl!, cancel);
        var pending = open.Pending;
        if (order.Status == AcmeStatus.Ready)
        {
            client.Reached(AcmeFailPoints.Authorized);
            pending = pending with { Stage = OrderStage.Finalizing, FinalizeUrl = order.Finalize };
            await journal.SaveAsync(pending, cancel);
            client.Reached(AcmeFailPoints.FinalizeSaved);
            order = await FinalizeAsync(order, pending, key, cancel);
        }

        order = await AwaitIssuedAsync(order, pending.OrderUrl!, cancel);
        pending = pending with { Stage = OrderStage.Finalized, CertificateUrl = order.Certificate };
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.Finalized);
        return await DownloadAsync(download, pending, key, cancel);
    }

    private async Task<Order> AuthorizeAsync(Order order, string url, CancellationToken cancel)
    {
        if (order.Status == AcmeStatus.Pending)
        {
            await new Authorizing(client, solvers, progress).RunAsync(order, cancel);
            order = await UntilAsync(TimeSpan.Zero, url, read => read.Status != AcmeStatus.Pending, AcmeProblems.ReadySlow, cancel);
        }

        return RequireAlive(order);
    }

    private async Task<Order> FinalizeAsync(Order order, PendingOrder pending, AsymmetricAlgorithm key, CancellationToken cancel)
    {
        progress?.Report(new IssuanceStep(IssuanceStepKind.Finalizing));
        var request = new FinalizeRequest { Csr = StrictBase64Url.Encode(SigningRequest.Create(key, pending.Names)) };
        var body = JsonSerializer.SerializeToUtf8Bytes(request, AcmeJson.Default.FinalizeRequest);
        for (var attempt = 1; order.Status == AcmeStatus.Ready; attempt++)
        {
            try
            {
                var response = await client.Account.PostAsync(order.Finalize, body, cancel);
                client.Reached(AcmeFailPoints.FinalizeSent);
                return response.Read(AcmeJson.Default.Order);
            }
            catch (AcmeRefusalException e) when (e.Type == AcmeError.OrderNotReady && attempt < FinalizeAttempts)
            {
                // The order was read from one server and finalized at another: read it again.
            }

            order = await UntilAsync(
                Polling.Soon, pending.OrderUrl!, read => read.Status != AcmeStatus.Pending, AcmeProblems.ReadySlow, cancel);
        }

        return order;
    }

    private async Task<Order> AwaitIssuedAsync(Order order, string url, CancellationToken cancel)
    {
        if (order.Status is not (AcmeStatus.Valid or AcmeStatus.Invalid))
        {
            order = await UntilAsync(
                Polling.Soon, url, read => read.Status is AcmeStatus.Valid or AcmeStatus.Invalid, AcmeProblems.IssuingSlow, cancel);
        }

        RequireAlive(order);
        return order.Certificate is null
            ? throw new OrderFailedException(AcmeProblems.BadResponse(url, "is a valid order without a certificate").AsException())
            : order;
    }

    private async Task<IssuedCertificate> DownloadAsync(
        ChainDownload download, PendingOrder pending, AsymmetricAlgorithm key, CancellationToken cancel)
    {
        using var chain = await download.FetchAsync(
            pending.CertificateUrl!, key, pending.Names, request.PreferredChain, cancel);
        client.Reached(AcmeFailPoints.CertificateDownloaded);
        pending = pending with { Stage = OrderStage.Downloaded, CertificatePem = chain.LeafPem + chain.ChainPem };
        await journal.SaveAsync(pending, cancel);
        client.Reached(AcmeFailPoints.CertificateSaved);
        return Result(pending, chain);
    }

    private IssuedCertificate Result(PendingOrder pending, CertificateChain chain)
    {
        var issuer = CertificateChain.CommonName(chain.Leaf.IssuerName);
        progress?.Report(new IssuanceStep(IssuanceStepKind.Downloaded, Detail: issuer));
        return new IssuedCertificate
        {
            Names = pending.Names,
            LeafPem = chain.LeafPem,
            ChainPem = chain.ChainPem,
            PrivateKeyPem = pending.PrivateKeyPem,
            Issuer = issuer,
            NotBefore = chain.Leaf.NotBefore.ToUniversalTime(),
            NotAfter = chain.Leaf.NotAfter.ToUniversalTime(),
            DirectoryUrl = pending.DirectoryUrl,
            AccountUrl = pending.AccountUrl,
            OrderUrl = pending.OrderUrl!,
            CertificateUrl = pending.CertificateUrl!,
        };
    }

    private Order RequireAlive(Order order) => order.Status == AcmeStatus.Invalid
        ? throw new OrderFailedException(AcmeProblems.FailedOrder(Options.Host, order.Error))
        : order;

    private Task<Order> UntilAsync(
        TimeSpan first, string url, Predicate<Order> isDone, Func<string, TimeSpan, Problem> late, CancellationToken cancel) =>
        client.Polling.UntilAsync(
            first,
            url,
            AcmeJson.Default.Order,
            isDone,
            Options.ProcessingTimeout,
            () => late(Options.Host, Options.ProcessingTimeout),
            cancel);

    private async Task AbandonAsync(OpenOrder open, CancellationToken cancel)
    {
        if (open.Order is { Status: AcmeStatus.Pending } order)
        {
            await new Authorizing(client, solvers, progress).DeactivateAsync(order, cancel);
        }

        try
        {
            await journal.ClearAsync(cancel);
        }
        catch (ProblemException)
        {
            // What is left is found invalid by the next run; the failure that brought us here is the one to report.
        }
    }
}
