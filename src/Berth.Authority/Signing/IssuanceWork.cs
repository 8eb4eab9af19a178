using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Berth.Acme.Protocol;
using Berth.Authority.Limits;
using Berth.Authority.Policy;
using Berth.Authority.Storage;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Signing;

/// <summary>Signs the certificates of orders in processing; each is on disk before its order says valid.</summary>
internal sealed class IssuanceWork : IAsyncDisposable
{
    // More workers than processors: most of them wait for the commit they share.
    private const int Workers = 32;
    private const int Capacity = 20_000;

    private readonly WorkQueue<Work> _queue;
    private readonly HeldWork _held;
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waitedFor = new(StringComparer.Ordinal);
    private readonly IAuthorityStore _store;
    private readonly LeafIssuer _leaves;
    private readonly IssuanceGate _gate;
    private readonly RateLimiter _limiter;
    private readonly NodeIdentity _node;
    private readonly ILogger _log;

    internal IssuanceWork(
        IAuthorityStore store, LeafIssuer leaves, IssuanceGate gate, RateLimiter limiter, NodeIdentity node, TimeProvider time, ILogger log)
    {
        (_store, _leaves, _gate, _limiter, _node, _log) = (store, leaves, gate, limiter, node, log);
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
            foreach (var order in orders.Where(order => _held.TryTake(order, lease)))
            {
                _queue.Restore(new Work(order, null, null));
            }

            leasesBefore = NodeIdentity.Earlier(leasesBefore, lease.Until.AddTicks(-1));
        }
    }

    /// <summary>Takes an order from ready to processing.</summary>
    /// <returns>Once it is in processing; the inner task ends once it is decided.</returns>
    /// <exception cref="Rejection">orderNotReady when it is not ready (any more); rateLimited when too much is waiting.</exception>
    internal async Task<Task> StartAsync(OrderRecord order, byte[] csr, SigningRequest request, CancellationToken cancel)
    {
        var orderId = order.Id;
        if (!_queue.TryReserve())
        {
            throw Reject.RateLimited("Too many certificates are waiting; try again soon.", TimeSpan.FromSeconds(5), 503);
        }

        var isQueued = false;
        try
        {
            var lease = _node.NewLease();
            if (!await _store.StartIssuanceAsync(orderId, csr, lease, cancel))
            {
                throw Reject.OrderNotReady("Another request has finalized the order, or it became invalid.");
            }

            var decided = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waitedFor[orderId] = decided;
            _held.TryTake(orderId, lease);
            _queue.Add(new Work(orderId, order, request));
            isQueued = true;
            return decided.Task;
        }
        finally
        {
            if (!isQueued)
            {
                _queue.Release();
            }
        }
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
                await IssueAsync(fresh, request, cancel);
            }
            else if (await _store.FindOrderAsync(orderId, cancel) is { Status: OrderStatus.Processing, Csr: { } csr } order)
            {
                await IssueAsync(order, SigningRequestPolicy.ReadAccepted(csr), cancel);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            _log.IssuanceFailed(e, orderId);
            await FailAsync(orderId, cancel);
        }
        finally
        {
            _held.Release(orderId);
            if (_waitedFor.TryRemove(orderId, out var decided))
            {
                decided.SetResult();
            }
        }
    }

    private async Task IssueAsync(OrderRecord order, SigningRequest request, CancellationToken cancel)
    {
        if (await _gate.WhyNotAsync(order, cancel) is { } problem)
        {
            await _store.FailIssuanceAsync(order.Id, JsonSerializer.Serialize(problem, AcmeJson.Default.ProblemDocument), cancel);
            _log.IssuanceRefused(order.Id, problem.Detail);
            return;
        }

        var addresses = order.Names.Select(name => IPAddress.TryParse(name, out var address) ? address : null).OfType<IPAddress>();
        var names = order.Names.Where(name => !IPAddress.TryParse(name, out _));
        var leaf = _leaves.Issue(request.Key, names, [.. addresses], order.NotBefore, _gate.EndOf(order));
        FailPoint?.Invoke("signed");
        var cost = await _limiter.CostOfCertificateAsync(order, cancel);
        if (!await _store.FinishIssuanceAsync(order.Id, leaf.ToRecord(order.AccountId, request.KeyHash), cost, cancel))
        {
            _log.IssuedTwice(leaf.Serial, order.Id);
            return;
        }

        FailPoint?.Invoke("recorded");
        _log.Issued(leaf.Serial, string.Join(", ", order.Names), order.AccountId, order.Id);
    }

    private async Task FailAsync(string orderId, CancellationToken cancel)
    {
        try
        {
            var problem = Reject.Document(AcmeError.ServerInternal, 500, "The certificate could not be signed; order it again.");
            var error = JsonSerializer.Serialize(problem, AcmeJson.Default.ProblemDocument);
            await _store.FailIssuanceAsync(orderId, error, cancel);
        }
        catch (Exception e) when (e is not OperationCanceledException || !cancel.IsCancellationRequested)
        {
            // The store itself fails: the order stays in processing and is taken up again when its lease has ended.
            _log.IssuanceFailed(e, orderId);
        }
    }

    /// <param name="OrderId">In processing.</param>
    /// <param name="Order">The order as it was a moment before; null for one that is found in the store.</param>
    /// <param name="Request">Its CSR, likewise.</param>
    private sealed record Work(string OrderId, OrderRecord? Order, SigningRequest? Request);

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        await _held.DisposeAsync();
    }
}
