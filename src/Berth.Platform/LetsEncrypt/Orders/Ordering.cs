using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
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
    AcmeClients clients,
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
        while (true)
        {
            var server = Choose(app, wanted);
            try
            {
                return await AtServerAsync(app, wanted, server, chosen, output, cancel);
            }
            catch (ProblemException e) when (chosen == first && solvers.After(app, wanted.Names, chosen, e) is { } other)
            {
                output.Warn(e.Problem.Found);
                chosen = other;
                Announce(app, wanted, chosen, output);
            }
            catch (ProblemException e)
            {
                Remember(app, e, server);
                if (Choose(app, wanted) is var next && (next == server || !ServerChoice.IsServersFault(e.Problem.Code)))
                {
                    throw;
                }

                output.Warn(e.Problem.Found);
                output.Detail($"Asking {next.Directory.Authority} instead");
                events.Publish(new LineageEvent(LineageEventKind.FellOver, app, time.GetUtcNow()) { Server = next.Key, Problem = e.Problem });
            }
        }
    }

    private WantedServer Choose(AppName app, WantedCertificate wanted) =>
        ServerChoice.Of(wanted.Servers, lineages.ReadState(app).Issuers, static _ => false, time.GetUtcNow());

    private async Task<IReadOnlyList<FailedName>> AtServerAsync(
        AppName app, WantedCertificate wanted, WantedServer server, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
        var client = clients.ClientOf(server.Directory, wanted.Settings.Email);
        var issuance = new Issuance(client, lineages.JournalOf(app), chosen.Solvers, new IssuanceLines(output), chosen.History);
        try
        {
            var issued = await issuance.RunAsync(RequestFor(app, wanted), Store, cancel);
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

    private IssuanceRequest RequestFor(AppName app, WantedCertificate wanted)
    {
        var stored = reader.StoredOf(app);
        return new IssuanceRequest
        {
            Names = wanted.Names,

            // Where the certificate in service covers the rest, one like it would be ordered and nothing gained.
            DropFailingNames = !reader.IsGood(app, stored) || wanted.Names.Count(name => !CertificateNames.Cover(stored.InService!.Names, name)) > 1,
        };
    }

    /// <summary>Remembers a failure that may have come before any server was asked.</summary>
    public void Remember(AppName app, ProblemException failure, WantedServer? server)
    {
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
