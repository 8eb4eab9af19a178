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
    /// <param name="then">When it is placed; null for now.</param>
    public async Task<ServerToAsk> NextAsync(AppName app, WantedCertificate wanted, bool isOrder, CancellationToken cancel, DateTimeOffset? then = null)
    {
        var (state, now) = (lineages.ReadState(app), time.GetUtcNow());
        var at = then > now ? then.Value : now;
        var holds = await HoldsAsync(app, wanted, isOrder, at, cancel);
        LineageGate[] all = [.. holds.Values.SelectMany(each => each)];

        // Asked only because others hold the order back, one that has just failed has its pause, unless a person asks.
        foreach (var server in wanted.IsEarly == true ? [] : wanted.Servers.Where(server => holds[server].Count == 0))
        {
            holds[server] = state.PauseAt(server.Key, at) is { } pause ? [pause] : [];
        }

        var chosen = ServerChoice.Of(wanted.Servers, state.Issuers, server => holds[server].Count > 0 || AskedOf(server, state, now, at).Count > 0, now);

        // Where none is free, the one that has asked for a wait without a limit is not asked during that wait because others are at theirs.
        var gates = holds[chosen].Count == 0 && all.Length > 0 && AskedOf(chosen, state, now, at) is { Count: > 0 } asked
            ? asked
            : holds[chosen];
        return new ServerToAsk(chosen, gates, all)
        {
            PassedOver = ServerChoice.Of(wanted.Servers, state.Issuers, static _ => false, now) is var preferred && preferred != chosen
                && holds[preferred].Concat(AskedOf(preferred, state, now, at)).FirstOrDefault() is { } gate
                ? $"{preferred.Directory.Authority} is passed over: {GateWords.Of(gate).TrimEnd('.')}"
                : null,
        };
    }

    private static IReadOnlyList<LineageGate> AskedOf(WantedServer server, LineageState state, DateTimeOffset now, DateTimeOffset at) =>
        [.. state.GatesAt(server.Key, now).Where(gate => gate.Until > at)];

    private async Task<Dictionary<WantedServer, IReadOnlyList<LineageGate>>> HoldsAsync(AppName app, WantedCertificate wanted, bool isOrder, DateTimeOffset at, CancellationToken cancel)
    {
        var holds = new Dictionary<WantedServer, IReadOnlyList<LineageGate>>();
        var open = await lineages.JournalOf(app).LoadAsync(cancel);
        foreach (var server in wanted.Servers)
        {
            var planned = requests.PlannedFor(app, wanted, server);
            var gates = OrderRequests.GoesOn(open, server, planned) ? []
                : isOrder ? await orders.HoldsOfAsync(server, wanted.Settings, planned, cancel)
                : await ledgers.GatesOfAsync(server, planned, registers: false);
            holds[server] = [.. gates.Where(gate => gate.Until > at)];
        }

        return holds;
    }
}
