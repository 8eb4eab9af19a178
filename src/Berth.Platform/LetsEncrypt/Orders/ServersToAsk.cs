using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Which of the servers that are set for an app is asked next, by how each has done and what was spent there.</summary>
public sealed class ServersToAsk(LineageFiles lineages, ServerOrders orders, Ledgers ledgers, OrderRequests requests, TimeProvider time)
{
    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is ordered.</param>
    /// <param name="isOrder">Whether it is about to be: then it is seen, too, whether an account may be registered, which takes a look into many folders.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<ServerToAsk> NextAsync(AppName app, WantedCertificate wanted, bool isOrder, CancellationToken cancel)
    {
        var holds = await HoldsAsync(app, wanted, isOrder, cancel);
        var (state, now) = (lineages.ReadState(app), time.GetUtcNow());
        var server = ServerChoice.Of(wanted.Servers, state.Issuers, server => holds[server].Count > 0 || state.IsGatedAt(server.Key, now), now);

        // Where none is free, the one that has asked for a wait without a limit is not asked during that wait because others are at theirs.
        var gates = holds[server].Count == 0 && holds.Values.Any(each => each.Count > 0) && state.IsGatedAt(server.Key, now)
            ? AskedOf(server, state, now)
            : holds[server];
        return new ServerToAsk(server, gates, [.. holds.Values.SelectMany(each => each)])
        {
            PassedOver = ServerChoice.Of(wanted.Servers, state.Issuers, static _ => false, now) is var preferred && preferred != server
                && holds[preferred].Concat(AskedOf(preferred, state, now)).FirstOrDefault() is { } gate
                ? $"{preferred.Directory.Authority} is passed over: {GateWords.Of(gate).TrimEnd('.')}"
                : null,
        };
    }

    private static IReadOnlyList<LineageGate> AskedOf(WantedServer server, LineageState state, DateTimeOffset now) => [.. state.GatesAt(server.Key, now)];

    private async Task<Dictionary<WantedServer, IReadOnlyList<LineageGate>>> HoldsAsync(AppName app, WantedCertificate wanted, bool isOrder, CancellationToken cancel)
    {
        var holds = new Dictionary<WantedServer, IReadOnlyList<LineageGate>>();
        var open = await lineages.JournalOf(app).LoadAsync(cancel);
        foreach (var server in wanted.Servers)
        {
            var planned = requests.PlannedFor(app, wanted, server);
            holds[server] = OrderRequests.GoesOn(open, server, planned) ? []
                : isOrder ? await orders.HoldsOfAsync(server, wanted.Settings, planned, cancel)
                : await ledgers.GatesOfAsync(server, planned, registers: false);
        }

        return holds;
    }
}
