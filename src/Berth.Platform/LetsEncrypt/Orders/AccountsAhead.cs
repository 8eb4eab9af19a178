using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What is wrong with the account that an app's next order is placed with, told before it is tried: its owner has months until an order fails of it.</summary>
public sealed class AccountsAhead(LineageReader reader, LimitsAhead ahead, AcmeClients clients)
{
    /// <summary>Whether any account was ended by hand: without one, none of many apps need be asked after.</summary>
    public bool KnowsClosed => clients.IsAnyClosed;

    /// <param name="app">Whose.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>What is wrong and what to do; null where nothing is known to be.</returns>
    public async Task<Problem?> OfAsync(AppName app, CancellationToken cancel) =>
        reader.ReadOf(app) is var (stored, step) && step.OfCertificate is { At: not null } && await ahead.OfStepAsync(app, stored, step, cancel) is var (wanted, asked, _, _)
            ? await OfAsync(app, wanted, asked, stored.State, cancel)
            : null;

    /// <inheritdoc cref="OfAsync(AppName, CancellationToken)"/>
    /// <param name="app">Whose.</param>
    /// <param name="wanted">What is ordered.</param>
    /// <param name="asked">Where.</param>
    /// <param name="state">What it has met itself.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<Problem?> OfAsync(AppName app, WantedCertificate? wanted, ServerToAsk? asked, LineageState state, CancellationToken cancel) =>
        wanted is not null && asked is { Server: var server } && !state.Gates.Any(gate => gate.Kind == GateKind.UserAction && gate.Server == server.Key)
        && await WhyClosedAsync(server, wanted, cancel) is { } closed
            ? LetsEncryptProblems.OfAccount(app.Text, wanted.Servers.Count > 1 ? server.Word : "", closed)
            : null;

    private async Task<Problem?> WhyClosedAsync(WantedServer server, WantedCertificate wanted, CancellationToken cancel)
    {
        try
        {
            return await clients.ClosedAsync(server.Directory, wanted.Settings, cancel);
        }
        catch (ProblemException e)
        {
            // The next order will meet it; all else is told as it is.
            return e.Problem;
        }
    }
}
