using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>
/// One attempt: server chosen → order → challenge → checked chain → stored → in service, its outcome remembered either way. The certificate in
/// service stays until the new one is stored whole. The caller holds the app's certificate.
/// </summary>
public sealed class Ordering(
    LineageReader reader,
    LineageFiles lineages,
    ServerOrders orders,
    OrderRequests requests,
    LetsEncryptSettingsStore settings,
    ChallengeSolvers solvers,
    ChallengePort port,
    Outcomes outcomes,
    RoutePublisher routes,
    ILineageEvents events,
    IPreflight? preflight,
    TimeProvider time)
{
    /// <returns>The names left out although they were ordered.</returns>
    /// <exception cref="ProblemException">No server issued; what it said is remembered.</exception>
    public async Task<IReadOnlyList<FailedName>> RunAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        var (checkedFirst, chosen) = await PrepareAsync(app, wanted, output, cancel);
        return await AtServersAsync(app, checkedFirst, chosen, output, cancel);
    }

    private async Task<(WantedCertificate Wanted, ChosenSolvers Chosen)> PrepareAsync(
        AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        try
        {
            var stored = reader.StoredOf(app);
            if (stored.InService is null && !stored.HasOpenOrder && preflight is not null)
            {
                wanted = await preflight.CheckAsync(app, wanted, output, cancel);
            }

            var chosen = solvers.For(app, wanted.Names);
            Announce(app, wanted, chosen, output);
            return (wanted, chosen);
        }
        catch (ProblemException e)
        {
            Remember(app, e, server: null);
            throw;
        }
    }

    private void Announce(AppName app, WantedCertificate wanted, ChosenSolvers chosen, CommandOutput output)
    {
        if (chosen.NeedsPort80)
        {
            port.Ensure(app, output);
        }

        output.Step($"Getting letsencrypt certificate for {app} via {chosen.Spoken}");
        foreach (var name in wanted.Names)
        {
            output.Detail($" - Domain '{name}'");
        }
    }

    private async Task<IReadOnlyList<FailedName>> AtServersAsync(
        AppName app, WantedCertificate wanted, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
        var first = chosen;
        var failed = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var holds = await HoldsAsync(app, wanted, cancel);
            var server = Choose(app, wanted, holds);
            if (holds.TryGetValue(server, out var gates) && gates.Count > 0)
            {
                throw Held(app, server, gates);
            }

            try
            {
                return await AtServerAsync(app, wanted, server, chosen, output, cancel);
            }
            catch (ProblemException e) when (chosen == first && solvers.After(app, wanted.Names, chosen, e) is { } other)
            {
                output.Warn(e.Problem.Found);
                output.ErrorLine($"       {e.Problem.Remedy}");
                chosen = other;
                Announce(app, wanted, chosen, output);
            }
            catch (ProblemException e)
            {
                Remember(app, e, server);

                // Each is asked once in an attempt: where all keep failing, the next attempt waits like any other.
                failed.Add(server.Key);
                if (!ServerChoice.IsServersFault(e.Problem.Code)
                    || (Choose(app, wanted, await HoldsAsync(app, wanted, cancel)) is var next && failed.Contains(next.Key)))
                {
                    throw;
                }

                output.Warn(e.Problem.Found);
                output.Detail($"Asking {next.Directory.Authority} instead");
                events.Publish(new LineageEvent(LineageEventKind.FellOver, app, time.GetUtcNow()) { Server = next.Key, Problem = e.Problem });
            }
        }
    }

    // An order that exists already has been counted, and is only gone on with.
    private async Task<Dictionary<WantedServer, IReadOnlyList<LineageGate>>> HoldsAsync(AppName app, WantedCertificate wanted, CancellationToken cancel)
    {
        var holds = new Dictionary<WantedServer, IReadOnlyList<LineageGate>>();
        foreach (var server in lineages.HasOpenOrder(app) ? [] : wanted.Servers)
        {
            holds[server] = await orders.HoldsOfAsync(server, wanted.Settings, requests.PlannedFor(app, wanted, server), cancel);
        }

        return holds;
    }

    private WantedServer Choose(AppName app, WantedCertificate wanted, Dictionary<WantedServer, IReadOnlyList<LineageGate>> holds) =>
        ServerChoice.Of(
            wanted.Servers,
            lineages.ReadState(app).Issuers,
            server => holds.TryGetValue(server, out var gates) && gates.Count > 0,
            time.GetUtcNow());

    private ProblemException Held(AppName app, WantedServer server, IReadOnlyList<LineageGate> gates)
    {
        lineages.WriteState(app, Outcomes.Held(lineages.ReadState(app), gates, time.GetUtcNow()));
        var problem = LetsEncryptProblems.Held(app, server.Directory.Authority, gates);
        Tell(app, LineageEventKind.Held, [], server, problem);
        return problem.AsException();
    }

    private async Task<IReadOnlyList<FailedName>> AtServerAsync(
        AppName app, WantedCertificate wanted, WantedServer server, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
        var order = new ServerOrder(
            app,
            server,
            wanted.Settings,
            requests.For(app, wanted, server),
            requests.PlannedFor(app, wanted, server),
            lineages.JournalOf(app),
            chosen,
            output);
        try
        {
            var issued = await orders.RunAsync(order, Store, cancel);
            return [.. wanted.Stopped, .. issued.LeftOut];
        }
        finally
        {
            solvers.Keep(app, chosen);
        }

        ValueTask Store(IssuedCertificate issued, CancellationToken _)
        {
            output.Step("Certificate retrieved successfully.");
            output.Step("Installing let's encrypt certificates");
            lineages.Install(app, issued, wanted.AsConfig(server), settings.FilesOf(app));
            routes.Publish(app);
            var withStopped = issued with { LeftOut = [.. wanted.Stopped, .. issued.LeftOut] };
            lineages.WriteState(app, outcomes.Succeeded(lineages.ReadState(app), withStopped, server, wanted.Settings.Email, time.GetUtcNow()));
            Tell(app, LineageEventKind.Issued, issued.Names, server, null);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Remembers a failure that may have come before any server was asked.</summary>
    public void Remember(AppName app, ProblemException failure, WantedServer? server)
    {
        // Held back is not failed.
        if (failure.Problem.Code == LetsEncryptProblems.HeldBack)
        {
            return;
        }

        lineages.WriteState(app, outcomes.Failed(lineages.ReadState(app), failure, server, time.GetUtcNow()));
        Tell(app, LineageEventKind.Failed, [], server, failure.Problem);
    }

    private void Tell(AppName app, LineageEventKind kind, IReadOnlyList<string> names, WantedServer? server, Problem? problem) =>
        events.Publish(new LineageEvent(kind, app, time.GetUtcNow())
        {
            Names = names,
            Server = server?.Key,
            Problem = problem,
            Expires = reader.StoredOf(app).InService?.NotAfter,
            NextAttempt = reader.NextOf(app).At,
        });
}
