using System.Security.Cryptography;
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
    ProofHistory? history,
    IProgress<IssuanceStep>? progress)
{
    private readonly OrderWaiting _waiting = new(client);
    private readonly OrderKeeping _keeping = new(client, journal);
    private PendingOrder? _pending;
    private bool _isFinalized;
    private bool _isIssued;

    /// <exception cref="OrderFailedException">
    /// The order is given up: its pending authorizations closed, the journal cleared.
    /// </exception>
    /// <exception cref="ProblemException">A transient problem; the journal keeps the order.</exception>
    internal async Task<IssuedCertificate> FinishAsync(OpenOrder open, CancellationToken cancel)
    {
        (_pending, _isFinalized) = (open.Pending, open.Pending.Stage >= OrderStage.Finalizing);
        try
        {
            return await ContinueAsync(open, cancel);
        }
        catch (Exception e) when (_keeping.IsPassing(e, _pending, _isFinalized, _isIssued))
        {
            await _keeping.ThrowUnlessOverAsync(e, _pending, cancel);
            await new Abandoning(client, journal).RunAsync(open, cancel);
            throw new OrderFailedException(e as ProblemException ?? AcmeProblems.RefusedBy(client.Options.Host, (AcmeRefusalException)e, "the order"));
        }
        catch (AcmeRefusalException e) when (!e.IsTransient)
        {
            await new Abandoning(client, journal).RunAsync(open, cancel);
            throw new OrderFailedException(e is { Type: null, Response.Status: OrderKeeping.NotFound }
                ? AcmeProblems.LostOrder(client.Options.Host).AsException(e)
                : AcmeProblems.RefusedBy(client.Options.Host, e, "the order"));
        }
        catch (OrderFailedException)
        {
            await new Abandoning(client, journal).RunAsync(open, cancel);
            throw;
        }
        catch (ProblemException e) when (e.Problem.Code == AcmeProblems.UrlInvalid)
        {
            // The order leads where it must not: it will tomorrow, too.
            await new Abandoning(client, journal).RunAsync(open, cancel);
            throw new OrderFailedException(e);
        }
    }

    private async Task<IssuedCertificate> ContinueAsync(OpenOrder open, CancellationToken cancel)
    {
        using var key = open.Key ?? KeyPair.FromPem(open.Pending.PrivateKeyPem);
        var download = new ChainDownload(client, progress);
        if (open.Order is not { } order)
        {
            var kept = download.CheckKept(open.Pending.CertificatePem!, key, open.Pending.Names);
            return Result(open.Pending, kept);
        }

        var pending = open.Pending;
        var mayLeave = open.IsResumed && pending.Stage == OrderStage.Ordered && solvers.Any(solver => ChallengeType.IsDns(solver.Type));
        var authorizing = new Authorizing(client, pending.OrderUrl!, solvers, history, progress) { MayHaveLeft = mayLeave };
        if (mayLeave && order.Status == AcmeStatus.Ready)
        {
            await TidyAsync(authorizing, order, pending, cancel);
        }

        if (order.Status == AcmeStatus.Pending)
        {
            order = await authorizing.RunAsync(order, pending.Names, cancel) ?? await _waiting.UntilDecidedAsync(TimeSpan.Zero, pending.OrderUrl!, cancel);
        }

        if (order.Status == AcmeStatus.Ready)
        {
            client.Reached(AcmeFailPoints.Authorized);
            pending = await SaveAsync(pending with { Stage = OrderStage.Finalizing, FinalizeUrl = order.Finalize, Silence = null }, cancel);
            client.Reached(AcmeFailPoints.FinalizeSaved);
            progress?.Report(new IssuanceStep(IssuanceStepKind.Finalizing));
            _isFinalized = true;
            order = await new Finalizing(client, _waiting).SendAsync(order, pending, key, cancel);
        }

        _isFinalized = true;
        order = await _waiting.UntilIssuedAsync(order, pending.OrderUrl!, cancel);
        _isIssued = true;
        progress?.Report(new IssuanceStep(IssuanceStepKind.Issued));
        client.Reached(AcmeFailPoints.Finalized);
        return await DownloadAsync(download, pending with { CertificateUrl = order.Certificate }, key, cancel);
    }

    // What was left of names that are proved is in nobody's way.
    private static async Task TidyAsync(Authorizing authorizing, Order order, PendingOrder pending, CancellationToken cancel)
    {
        try
        {
            await authorizing.RunAsync(order, pending.Names, cancel);
        }
        catch (Exception e) when (e is AcmeRefusalException or ProblemException or OrderFailedException)
        {
        }
    }

    private async Task<IssuedCertificate> DownloadAsync(
        ChainDownload download, PendingOrder pending, AsymmetricAlgorithm key, CancellationToken cancel)
    {
        var chain = await download.FetchAsync(
            pending.CertificateUrl!, key, pending.Names, request, cancel);
        client.Reached(AcmeFailPoints.CertificateDownloaded);
        pending = await SaveAsync(pending with { Stage = OrderStage.Downloaded, CertificatePem = chain.LeafPem + chain.ChainPem }, cancel);
        client.Reached(AcmeFailPoints.CertificateSaved);
        return Result(pending, chain) with { MayHaveAdvice = client.Connection.MayAdvise };
    }

    private async Task<PendingOrder> SaveAsync(PendingOrder pending, CancellationToken cancel)
    {
        _pending = pending;
        await journal.SaveAsync(pending, cancel);
        return pending;
    }

    private IssuedCertificate Result(PendingOrder pending, CertificateChain chain)
    {
        var issuer = CertificateChain.CommonName(chain.Leaf.Fields.Issuer);
        progress?.Report(new IssuanceStep(IssuanceStepKind.Downloaded, Detail: issuer));
        return new IssuedCertificate
        {
            Names = pending.Names,
            LeafPem = chain.LeafPem,
            ChainPem = chain.ChainPem,
            PrivateKeyPem = pending.PrivateKeyPem,
            Issuer = issuer,
            NotBefore = chain.Leaf.Fields.NotBefore,
            NotAfter = chain.Leaf.Fields.NotAfter,
            DirectoryUrl = pending.DirectoryUrl,
            AccountUrl = pending.AccountUrl,
            OrderUrl = pending.OrderUrl!,
            CertificateUrl = pending.CertificateUrl!,
            Profile = pending.Profile,
            LeftOut = pending.LeftOut,
        };
    }
}
