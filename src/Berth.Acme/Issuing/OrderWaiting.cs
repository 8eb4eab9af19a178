using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>Waits for the server to move an order on (RFC 8555 §7.1.6).</summary>
internal sealed class OrderWaiting(AcmeClient client)
{
    private AcmeClientOptions Options => client.Options;

    /// <summary>Until all its authorizations have been counted.</summary>
    /// <returns>The order ready, processing or valid.</returns>
    /// <exception cref="OrderFailedException">It became invalid.</exception>
    internal async Task<Order> UntilDecidedAsync(TimeSpan first, string url, CancellationToken cancel) => RequireAlive(
        await UntilAsync(first, url, order => order.Status != AcmeStatus.Pending, AcmeProblems.ReadySlow, cancel));

    /// <returns>The order valid, with its certificate's URL.</returns>
    /// <exception cref="OrderFailedException">It became invalid.</exception>
    internal async Task<Order> UntilIssuedAsync(Order order, string url, CancellationToken cancel)
    {
        if (!IsOver(order))
        {
            order = await UntilAsync(Polling.Soon, url, IsOver, AcmeProblems.IssuingSlow, cancel);
        }

        return RequireAlive(order).Certificate is null
            ? throw AcmeProblems.BadResponse(url, "is a valid order without certificate").AsException()
            : order;
    }

    private static bool IsOver(Order order) => order.Status is AcmeStatus.Valid or AcmeStatus.Invalid;

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
}
