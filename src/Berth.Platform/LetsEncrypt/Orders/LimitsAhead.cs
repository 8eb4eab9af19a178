using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>Which server an app's next order goes to, and what would keep it from going, told before it is tried.</summary>
public sealed class LimitsAhead(LineageReader reader, ServersToAsk servers, OrdersUnderWay underWay, AutoRenewal renewal, TimeProvider time)
{
    // Of many apps those of which somebody may be waiting: what the limits of Let's Encrypt count is over in a week.
    private static readonly TimeSpan Soon = TimeSpan.FromDays(8);

    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is ordered.</param>
    /// <param name="cancel">Ends it.</param>
    /// <param name="then">When; null for now.</param>
    /// <returns>Null while an order is under way: what is set aside is set aside for it.</returns>
    public async Task<ServerToAsk?> OfAsync(AppName app, WantedCertificate wanted, CancellationToken cancel, DateTimeOffset? then = null) =>
        underWay.SentenceOf(app) is null ? await servers.NextAsync(app, wanted, isOrder: false, cancel, then) : null;

    /// <summary>What will befall the app's next order.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="stored">What there is of its certificate.</param>
    /// <param name="step">What is next for it, by what it has met itself.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<OrderAhead> OfStepAsync(AppName app, LineageStored stored, LineageStep step, CancellationToken cancel)
    {
        if (reader.TryPlanOf(app, stored, out _) is not { } wanted)
        {
            return new OrderAhead(null, null, [], step);
        }

        // What waits beside it, or has failed, keeps no renewal.
        var (next, others) = (step.OfCertificate, stored.Besides(wanted.Names));
        var (asked, shut, put) = await PutOffAsync(app, next.Action == LineageAction.Renew ? wanted.Without(others) : wanted, stored.State, next, cancel);
        if (put != next && next.Action == LineageAction.Order && others.Count > 0)
        {
            // The renewal of what is on the certificate may come first then.
            var renewal = (await PutOffAsync(app, wanted.Without(others), stored.State, reader.RenewalStepOf(app, stored), cancel)).Step;
            put = renewal.At < put.At ? renewal with { Beside = put } : put;
        }

        return new OrderAhead(wanted, asked, shut, step.Then is null ? put : step with { Then = put });
    }

    private async Task<(ServerToAsk? Asked, LineageGate[] Shut, LineageStep Step)> PutOffAsync(AppName app, WantedCertificate wanted, LineageState state, LineageStep next, CancellationToken cancel)
    {
        var asked = await AskedAsync(app, wanted, next.At, cancel);
        LineageGate[] shut = [.. Shut(asked, state, next)];
        return (asked, shut, shut.Where(gate => asked!.Gates.Contains(gate)).MaxBy(gate => gate.Until) is { } held ? next with { At = held.Until, Gate = held } : next);
    }

    /// <summary>The next step of one of many, put off where what others have spent or met holds it back.</summary>
    /// <inheritdoc cref="OfStepAsync"/>
    public async Task<LineageStep> StepAsync(AppName app, LineageStored stored, LineageStep step, CancellationToken cancel) =>
        step.OfCertificate is { Action: LineageAction.Order or LineageAction.Renew, At: { } at } && at < time.GetUtcNow() + Soon
            ? (await OfStepAsync(app, stored, step, cancel)).Step
            : step;

    private async Task<ServerToAsk?> AskedAsync(AppName app, WantedCertificate wanted, DateTimeOffset? at, CancellationToken cancel)
    {
        try
        {
            return await OfAsync(app, wanted with { IsPatient = renewal.IsOn }, cancel, at);
        }
        catch (ProblemException)
        {
            // An account that cannot be read, which is told beside what is known.
            return new ServerToAsk(wanted.Servers[0], [], []);
        }
    }

    // Looked at before it is due, while there is time to do something about it; of a server that holds it back as long already that is told.
    private IEnumerable<LineageGate> Shut(ServerToAsk? asked, LineageState state, LineageStep next) =>
        asked is { Gates.Count: > 0 } && next is { Action: LineageAction.Order or LineageAction.Renew, At: { } at }
            ? asked.AllGates.Where(gate => gate.Until > at && !state.Gates.Any(known => Tells(known, gate)))
            : [];

    private bool Tells(LineageGate known, LineageGate gate) =>
        known.Server == gate.Server && known.Until > time.GetUtcNow() && (known.Reason == gate.Reason || (known.OverAt ?? known.Until) >= gate.Until);
}
