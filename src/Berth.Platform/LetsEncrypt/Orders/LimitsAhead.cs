using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What would keep an app's next order from going, told before it is tried.</summary>
public sealed class LimitsAhead(ServerOrders orders, OrderRequests requests)
{
    /// <returns>The limits that are used up and the waits that were asked for, where that is so at every server; none where one of them would take it.</returns>
    public async Task<IReadOnlyList<LineageGate>> OfAsync(AppName app, WantedCertificate wanted, CancellationToken cancel)
    {
        var all = new List<LineageGate>();
        foreach (var server in wanted.Servers)
        {
            var gates = await orders.HoldsOfAsync(server, wanted.Settings, requests.PlannedFor(app, wanted, server), cancel);
            if (gates.Count == 0)
            {
                return [];
            }

            all.AddRange(gates);
        }

        return all;
    }
}
