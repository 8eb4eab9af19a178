using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Which of the servers that are set for an app is asked next, by how each has done and what was spent there.</summary>
public sealed class ServersToAsk(LineageFiles lineages, ServerOrders orders, OrderRequests requests, TimeProvider time)
{
    public async Task<ServerToAsk> NextAsync(AppName app, WantedCertificate wanted, CancellationToken cancel)
    {
        var holds = await HoldsAsync(app, wanted, cancel);
        var (state, now) = (lineages.ReadState(app), time.GetUtcNow());
        var server = ServerChoice.Of(wanted.Servers, state.Issuers, server => holds[server].Count > 0 || state.IsGatedAt(server.Key, now), now);

        // Where none is free, the one that has asked for a wait without a limit is not asked during that wait because others are at theirs.
        var gates = holds[server].Count == 0 && holds.Values.Any(each => each.Count > 0) && state.IsGatedAt(server.Key, now)
            ? [.. state.Gates.Where(gate => gate.Server == server.Key && gate.Until > now)]
            : holds[server];
        return new ServerToAsk(server, gates, [.. holds.Values.SelectMany(each => each)]);
    }

    private async Task<Dictionary<WantedServer, IReadOnlyList<LineageGate>>> HoldsAsync(AppName app, WantedCertificate wanted, CancellationToken cancel)
    {
        var holds = new Dictionary<WantedServer, IReadOnlyList<LineageGate>>();
        var open = await lineages.JournalOf(app).LoadAsync(cancel);
        foreach (var server in wanted.Servers)
        {
            var planned = requests.PlannedFor(app, wanted, server);
            holds[server] = OrderRequests.GoesOn(open, server, planned) ? [] : await orders.HoldsOfAsync(server, wanted.Settings, planned, cancel);
        }

        return holds;
    }
}
