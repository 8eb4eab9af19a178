using Berth.Acme.Issuing;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>
/// Goes through an order at the staging server (or, where the server has none, at the server itself) and throws the certificate away. What is
/// in service, the state and an order under way are not touched.
/// </summary>
public sealed class Rehearsal(CertificatePlanner planner, LineageReader reader, LineageFiles lineages, AcmeClients clients, ServerOrders orders, ChallengeSolvers solvers, TimeProvider time)
{
    /// <exception cref="ProblemException">It would fail.</exception>
    public async Task RunAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        var wanted = planner.Plan(app);
        var server = StageOf(ServerChoice.Of(wanted.Servers, reader.ReadOf(app).Stored, time.GetUtcNow()));
        var chosen = solvers.For(app, wanted.Names);
        output.Headline($"Rehearsing letsencrypt for {app} at {server.Directory.Authority}");
        output.Step($"Getting letsencrypt certificate for {app} via {chosen.Spoken}");
        foreach (var name in wanted.Names)
        {
            output.Detail($" - Domain '{name}'");
        }

        var settings = wanted.Settings;
        var request = new IssuanceRequest
        {
            Names = wanted.HostNames,
            Addresses = wanted.Addresses,
            KeyType = settings.KeyType,
            Profile = settings.Profile,
            ProfileIsRequired = settings.ProfileIsRequired,
        };
        var planned = new PlannedOrder { Account = settings.Email?.Text ?? "", Names = [.. wanted.Names.Select(name => name.Text)] };
        if (await orders.HoldsOfAsync(server, settings, planned, cancel) is { Count: > 0 } gates)
        {
            throw (LetsEncryptProblems.Held(app, server, gates, goesOn: false) with { Remedy = $"`berth letsencrypt:limits {app}` shows what is left; rehearse again then." }).AsException();
        }

        var order = new ServerOrder(app, server, settings, request, planned, lineages.RehearsalJournalOf(app), chosen, output);
        var issued = await orders.RunAsync(order, static (_, _) => ValueTask.CompletedTask, cancel);
        output.Step("Certificate retrieved successfully.");
        output.Detail($"It was issued by {issued.Issuer} and thrown away: nothing was changed");
    }

    private WantedServer StageOf(WantedServer server) =>
        server.Directory.OriginalString == AcmeServers.Production ? new WantedServer("staging", clients.DirectoryOf("staging")) : server;
}
