using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What would keep an app's next order from going, told before it is tried.</summary>
public sealed class LimitsAhead(Ledgers ledgers, OrderRequests requests, OrdersUnderWay underWay)
{
    /// <returns>The limits that are used up and the waits that were asked for, where that is so at every server; none where one of them would take it.</returns>
    public async Task<IReadOnlyList<LineageGate>> OfAsync(AppName app, WantedCertificate wanted)
    {
        // What is set aside is set aside for it.
        if (underWay.SentenceOf(app) is not null)
        {
            return [];
        }

        var all = new List<LineageGate>();
        foreach (var server in wanted.Servers)
        {
            // Whether there is an account takes a look into many folders: an order finds that out.
            var gates = await ledgers.GatesOfAsync(server, requests.PlannedFor(app, wanted, server), registers: false);
            if (gates.Count == 0)
            {
                return [];
            }

            all.AddRange(gates);
        }

        return all;
    }
}
