using System.Data.Common;
using System.Net;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Limits;
using Berth.Authority.Policy;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Signing;

/// <summary>Signs the certificates of finalized orders; each is on disk before its order says valid.</summary>
internal sealed class IssuanceWork : IAsyncDisposable
{
    // More workers than processors: most of them wait for the commit they share.
    private const int Workers = 32;
    private const int Capacity = 20_000;

    // Most are signed in milliseconds: the answer that waits for that spares the disk a commit, and the client a poll and its pause.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(200);

    private readonly WorkQueue<Work> _queue;
    private readonly HeldWork _held;
    private readonly IAuthorityStore _store;
    private readonly LeafIssuer _leaves;
    private readonly IssuanceGate _gate;
    private readonly RateLimiter _limiter;
    private readonly NodeIdentity _node;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    internal IssuanceWork(
        IAuthorityStore store, LeafIssuer leaves, IssuanceGate gate, RateLimiter limiter, NodeIdentity node, TimeProvider time, ILogger log)
    {
        (_store, _leaves, _gate, _limiter, _node, _time, _log) = (store, leaves, gate, limiter, node, time, log);
        _held = new HeldWork(node, store.KeepOrdersAsync, time, log);
        _held.Start();
        _queue = new WorkQueue<Work>(Workers, Capacity, IssueAsync);
    }

    internal Action<string>? FailPoint { get; init; }

    /// <summary>Takes over what was unfinished when its node ended, at the latest <see cref="NodeIdentity.LeaseTime"/> after it was taken up there.</summary>
    /// <param name="leasesBefore">The time that counts as now for others' leases.</param>
    /// <param name="cancel">Ends the wait.</param>
    internal async Task TakeOverAsync(DateTimeOffset leasesBefore, CancellationToken cancel)
    {
        while (_node.NewLease() is var lease
            && await _store.ClaimOrdersAsync(lease, leasesBefore, NodeIdentity.ClaimedAtOnce, cancel) is { IsEmpty: false } orders)
        {
            foreach (var order in orders.Where(order => _held.TakeOver(order, lease)))
            {
                _queue.Restore(new Work(order, null, null, null));
            }

            leasesBefore = NodeIdentity.Earlier(leasesBefore, lease.Until.AddTicks(-1));
        }
    }

    /// <summary>Signs the certificate of a ready order.</summary>
    /// <returns>The order once it is valid; null once it is anything else, or, where that takes long, in processing: it is on disk then.</returns>
    /// <exception cref="Rejection">orderNotReady when another request has it in hand; rateLimited when too much is waiting.</exception>
    internal async Task<OrderRecord?> StartAsync(OrderRecord order, byte[] csr, SigningRequest request, CancellationToken cancel)
    {
        if (!_queue.TryReserve())
        {
            throw Reject.RateLimited("Too many certificates are waiting; try again soon.", TimeSpan.FromSeconds(5), 503);
        }

        var lease = _node.NewLease();
        var recorded = new TaskCompletionSource<OrderRecord?>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!await TryAddAsync(new Work(order.Id, order, request, recorded), lease, cancel))
        {
            throw Reject.OrderNotReady("Another request has finalized the order, or it became invalid.");
        }

        // A client waits in real time, whatever the authority's clock does.
        await Task.WhenAny(recorded.Task, Task.Delay(Patience, TimeProvider.System, cancel));
        if (recorded.Task.IsCompletedSuccessfully)
        {
            return await recorded.Task;
        }

        await _store.StartIssuanceAsync(order.Id, csr, lease, CancellationToken.None);
        return null;
    }

    // In hand first, then looked at: who had it in hand before, on this node or another, let go of it decided.
    private async Task<bool> TryAddAsync(Work work, Lease lease, CancellationToken cancel)
    {
        var isTaken = _held.TryTake(work.OrderId, lease);
        var isReady = false;
        try
        {
            isReady = isTaken && await TryTakeUpAsync(work.OrderId, cancel);
        }
        finally
        {
            if (!isReady)
            {
                _queue.Release();
            }

            if (isTaken && !isReady)
            {
                _held.Release(work.OrderId);
            }
        }

        if (isReady)
        {
            _queue.Add(work);
        }

        return isReady;
    }

    // A node that died with it leaves it ready, and its lease ends soon; one that lives decides it, or says that it is in processing.
    private async Task<bool> TryTakeUpAsync(string orderId, CancellationToken cancel)
    {
        while (await _store.TakeUpOrderAsync(orderId, _node.NewShortLease(), _time.GetUtcNow(), cancel) is null)
        {
            if (_store.IsAlone || await _store.FindOrderAsync(orderId, cancel) is not { Status: OrderStatus.Ready })
            {
                return false;
            }

            await Task.Delay(BetweenLooks, TimeProvider.System, cancel);
        }

        return true;
    }

    private async Task IssueAsync(Work work, CancellationToken cancel)
    {
        var orderId = work.OrderId;
        try
        {
            if (!_held.Has(orderId))
            {
                return;
            }

            if (work is { Order: { } fresh, Request: { } request })
            {
                work.Recorded?.TrySetResult(await IssueAsync(fresh, request, cancel));
            }
            else if (await _store.FindOrderAsync(orderId, cancel) is { Status: OrderStatus.Processing, Csr: { } csr } order)
            {
                await IssueAsync(order, SigningRequestPolicy.ReadAccepted(csr), cancel);
            }
        }
        catch (DbException e) when (e.IsTransient)
        {
            // A store that is away for a moment decides nothing: the order is taken up again.
            _log.IssuanceFailed(e, orderId);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            _log.IssuanceFailed(e, orderId);
            await FailAsync(work, cancel);
        }
        finally
        {
            // What is not recorded, as the store failed or the program ends, is for whoever waits to record.
            work.Recorded?.TrySetCanceled(CancellationToken.None);
            _held.Release(orderId);
        }
    }

    /// <returns>The order as it is valid; null when it is not, or somebody else has decided it.</returns>
    private async Task<OrderRecord?> IssueAsync(OrderRecord order, SigningRequest request, CancellationToken cancel)
    {
        if (await _gate.WhyNotAsync(order, cancel) is { } problem)
        {
            await _store.FailIssuanceAsync(order.Id, JsonSerializer.Serialize(problem, AcmeJson.Default.ProblemDocument), cancel);
            _log.IssuanceRefused(order.Id, problem.Detail);
            return null;
        }

        var addresses = order.Names.Select(name => IPAddress.TryParse(name, out var address) ? address : null).OfType<IPAddress>();
        var names = order.Names.Where(name => !IPAddress.TryParse(name, out _));
        var leaf = _leaves.Issue(request.Key, names, [.. addresses], order.NotBefore, _gate.EndOf(order));
        FailPoint?.Invoke("signed");
        var cost = await _limiter.CostOfCertificateAsync(order, cancel);
        if (!await _store.FinishIssuanceAsync(order.Id, leaf.ToRecord(order.AccountId, request.KeyHash), cost, cancel))
        {
            _log.IssuedTwice(leaf.Serial, order.Id);
            return null;
        }

        FailPoint?.Invoke("recorded");
        _log.Issued(leaf.Serial, string.Join(", ", order.Names), order.AccountId, order.Id);
        return order with { Status = OrderStatus.Valid, CertificateId = leaf.Serial };
    }

    private async Task FailAsync(Work work, CancellationToken cancel)
    {
        try
        {
            var problem = Reject.Document(AcmeError.ServerInternal, 500, "The certificate could not be signed; order it again.");
            var error = JsonSerializer.Serialize(problem, AcmeJson.Default.ProblemDocument);
            await _store.FailIssuanceAsync(work.OrderId, error, cancel);
            work.Recorded?.TrySetResult(null);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // The store itself fails: the order stays as it is, and one in processing is taken up again when its lease has ended.
            _log.IssuanceFailed(e, work.OrderId);
        }
    }

    /// <param name="OrderId">Ready or in processing.</param>
    /// <param name="Order">The order as it was a moment before; null for one that is found in the store.</param>
    /// <param name="Request">Its CSR, likewise.</param>
    /// <param name="Recorded">Ends once what came of it is on disk, with the order if that is valid; null where nobody waits for it.</param>
    private sealed record Work(string OrderId, OrderRecord? Order, SigningRequest? Request, TaskCompletionSource<OrderRecord?>? Recorded);

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        await _held.DisposeAsync();
    }
}
