using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>
/// Goes through an order at the staging server (or, where the server has none, at the server itself) and throws the certificate away. What is
/// in service, the state and an order under way are not touched.
/// </summary>
public sealed class Rehearsal(
    LineageReader reader,
    LineageFiles lineages,
    AcmeClients clients,
    OrderRequests requests,
    ServerOrders orders,
    ChallengeSolvers solvers,
    IPreflight preflight,
    ChallengePort port,
    TimeProvider time)
{
    /// <returns>The exit status: names would be left out, or none.</returns>
    /// <exception cref="ProblemException">It would fail.</exception>
    public async Task<int> RunAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        var stored = reader.StoredOf(app);
        var wanted = reader.PlanOf(app, stored) with { IsForced = true };
        if (reader.WhyKept(app, wanted, stored) is { } kept)
        {
            throw kept.AsException();
        }

        foreach (var problem in wanted.Unusable)
        {
            output.Warn($"{Sentences.Ended(problem.Found)} Another server is asked.");
        }

        wanted = await preflight.CheckAsync(app, wanted, output, cancel, isRehearsal: true);
        return ObtainLines.TellWouldBeLeftOut(wanted, [.. wanted.Stopped, .. await AtServersAsync(app, wanted, output, cancel)], output);
    }

    private async Task<IReadOnlyList<FailedName>> AtServersAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        var first = ServerChoice.Of(wanted.Servers, reader.ReadOf(app).Stored, time.GetUtcNow());
        var servers = new Queue<WantedServer>(wanted.Servers.Where(server => server != first).Prepend(first).Select(StageOf).Distinct());
        while (true)
        {
            var server = servers.Dequeue();
            output.Headline($"Rehearsing letsencrypt for {app} at {server.Directory.Authority}");
            try
            {
                return await AtServerAsync(app, wanted, server, output, cancel);
            }
            catch (ProblemException e) when (servers.Count > 0 && (ServerChoice.IsServersFault(e) || e.Problem.Code == LetsEncryptProblems.HeldBack))
            {
                output.Warn(e.Problem.Found);
                output.Detail($"Asking {servers.Peek().Directory.Authority} instead");
                await orders.LeaveAsync(lineages.RehearsalJournalOf(app), wanted.Settings.Email?.Text ?? "");
            }
        }
    }

    private async Task<IReadOnlyList<FailedName>> AtServerAsync(AppName app, WantedCertificate wanted, WantedServer server, CommandOutput output, CancellationToken cancel)
    {
        var chosen = solvers.For(app, wanted);
        if (chosen.NeedsPort80)
        {
            port.Require(app);
        }

        try
        {
            return await OrderAsync(app, wanted, server, chosen, output, cancel);
        }
        catch (ProblemException e) when (ChallengeSolvers.After(wanted.Names, chosen, e) is { } other)
        {
            output.Warn(e.Problem.Found);
            return await OtherWayAsync(e, () => OrderAsync(app, wanted, server, other, output, cancel));
        }
        finally
        {
            await UnplacedOrder.LeaveAsync(lineages.RehearsalJournalOf(app));
        }
    }

    private static async Task<IReadOnlyList<FailedName>> OtherWayAsync(ProblemException first, Func<Task<IReadOnlyList<FailedName>>> order)
    {
        try
        {
            return await order();
        }
        catch (ProblemException e) when (e.Problem.Code != LetsEncryptProblems.HeldBack && !ServerChoice.IsServersFault(e))
        {
            throw Retold.Then(first, e);
        }
    }

    private async Task<IReadOnlyList<FailedName>> OrderAsync(
        AppName app, WantedCertificate wanted, WantedServer server, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
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
            DropFailingNames = true,
            MayOrderRest = requests.RestOf(app, wanted),
        };
        var planned = requests.PlannedFor(app, wanted, server) with { ReplacesInWindow = false };
        if (await orders.HoldsOfAsync(server, settings, planned, cancel) is { Count: > 0 } gates)
        {
            throw (LetsEncryptProblems.Held(app, server, gates, goesOn: false) with { Remedy = $"`berth letsencrypt:limits {app}` shows what is left; rehearse again then." }).AsException();
        }

        var order = new ServerOrder(app, server, settings, request, planned, lineages.RehearsalJournalOf(app), chosen, output) { IsRehearsal = true };
        var issued = await orders.RunAsync(order, static (_, _) => ValueTask.CompletedTask, cancel);
        output.Step("Certificate retrieved successfully.");
        output.Detail($"It was issued by {issued.Issuer} and thrown away: nothing was changed");
        return issued.LeftOut;
    }

    private WantedServer StageOf(WantedServer server) =>
        server.Directory.OriginalString == AcmeServers.Production ? new WantedServer("staging", clients.DirectoryOf("staging")) : server;
}
