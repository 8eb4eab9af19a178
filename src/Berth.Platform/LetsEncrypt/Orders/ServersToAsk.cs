using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Which of the servers that are set for an app is asked next, by how each has done and what was spent there.</summary>
public sealed class ServersToAsk(LineageReader reader, LineageFiles lineages, ServerOrders orders, Ledgers ledgers, OrderRequests requests, TimeProvider time)
{
    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is ordered.</param>
    /// <param name="isOrder">Whether it is about to be: then it is seen, too, whether an account may be registered, which takes a look into many folders.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="then">When it is placed; null for now.</param>
    public async Task<ServerToAsk> NextAsync(AppName app, WantedCertificate wanted, bool isOrder, CancellationToken cancel, DateTimeOffset? then = null)
    {
        // As the plan sees it, or the two would wait for each other.
        var (stored, now) = (reader.ReadOf(app).Stored, time.GetUtcNow());
        var at = then > now ? then.Value : now;
        var isRenewal = stored is { InService: not null, Damage: null } && stored.Missing(wanted.Names).Count == 0;
        LineageGate[] standing = [.. StandingGates.Of(stored, now).Where(gate => gate.Until > at && gate.Holds(isRenewal))];
        var holds = await HoldsAsync(app, wanted, isOrder, at, cancel);
        LineageGate[] all = [.. holds.Values.SelectMany(each => each)];

        // Where no limit holds anything back, and no server has failed just now, the plan alone has said when.
        Func<WantedServer, LineageGate[]> counting = wanted.IsPatient && (all.Length > 0 || wanted.GoesOn) ? ShutAt : server => [.. holds[server]];
        var chosen = FirstFree(ShutAt) ?? FirstFree(counting) ?? wanted.Servers.MinBy(server => counting(server).Max(gate => gate.Until))!;
        return new ServerToAsk(chosen, counting(chosen), all)
        {
            PassedOver = Choose(static _ => false) is var preferred && preferred != chosen && ShutAt(preferred).FirstOrDefault() is { } gate
                ? $"{preferred.Directory.Authority} is passed over: {GateWords.Of(gate).TrimEnd('.')}"
                : null,
        };

        LineageGate[] ShutAt(WantedServer server) => [.. holds[server], .. standing.Where(gate => IsWait(gate, server) || IsPause(gate, server))];

        // One that has asked for a wait is asked sooner only by a person; so is one that has just failed, and is asked only because others hold the order back.
        bool IsWait(LineageGate gate, WantedServer server) => gate.IsWaitAt(server.Key) && (wanted.IsPatient || gate.Kind != GateKind.Paused);

        bool IsPause(LineageGate gate, WantedServer server) => wanted is { IsPatient: true, GoesOn: false } && all.Length > 0 && gate.IsPauseAt(server.Key);

        WantedServer? FirstFree(Func<WantedServer, LineageGate[]> shutAt) => Choose(server => shutAt(server).Length > 0) is var server && shutAt(server).Length == 0 ? server : null;

        WantedServer Choose(Predicate<WantedServer> isHeld) => ServerChoice.Of(wanted.Servers, stored.State.Issuers, isHeld, at);
    }

    /// <summary>Whether one of the servers would take the order now.</summary>
    public async Task<bool> IsAnyFreeAsync(AppName app, WantedCertificate wanted, CancellationToken cancel) =>
        wanted.Servers.Count > 0 && (await NextAsync(app, wanted, isOrder: true, cancel)).Gates.Count == 0;

    /// <returns>The names that are not on the certificate in service, where an order without them could go now; none otherwise.</returns>
    public async Task<IReadOnlyList<DomainName>> BesideAsync(AppName app, WantedCertificate wanted, CancellationToken cancel)
    {
        var missing = reader.StoredOf(app).Besides(wanted.Names);
        return missing.Count > 0 && await IsAnyFreeAsync(app, wanted.Without(missing), cancel) ? missing : [];
    }

    private async Task<Dictionary<WantedServer, IReadOnlyList<LineageGate>>> HoldsAsync(AppName app, WantedCertificate wanted, bool isOrder, DateTimeOffset at, CancellationToken cancel)
    {
        var holds = new Dictionary<WantedServer, IReadOnlyList<LineageGate>>();
        var open = await lineages.JournalOf(app).LoadAsync(cancel);
        foreach (var server in wanted.Servers)
        {
            var planned = requests.PlannedFor(app, wanted, server, at);
            var registers = isOrder && await orders.RegistersAsync(server, wanted.Settings, planned, cancel);

            // An order under way is its account's: without that there will be another.
            var gates = OrderRequests.GoesOn(open, server, wanted) && !registers ? [] : await ledgers.GatesOfAsync(server, planned, registers);
            holds[server] = [.. gates.Where(gate => gate.Until > at)];
        }

        return holds;
    }
}
