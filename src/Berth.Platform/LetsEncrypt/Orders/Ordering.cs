using Berth.Acme;
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
    ServersToAsk servers,
    ServerOrders orders,
    OrderRequests requests,
    LetsEncryptSettingsStore settings,
    ChallengeSolvers solvers,
    ChallengePort port,
    AttemptRecords records,
    RoutePublisher routes,
    ILineageEvents events,
    IPreflight? preflight,
    TimeProvider time)
{
    private readonly NamesThatWait _waiting = new(reader, lineages, servers, requests, records, time);

    /// <returns>The names left out although they were ordered.</returns>
    /// <exception cref="ProblemException">No server issued; what it said is remembered.</exception>
    public async Task<IReadOnlyList<FailedName>> RunAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        foreach (var problem in wanted.Unusable)
        {
            output.Warn($"{Sentences.Ended(problem.Found)} Another server is asked.");
        }

        return await AtServersAsync(app, await PrepareAsync(app, wanted, output, cancel), output, cancel);
    }

    /// <summary>Where a person orders, names that a server had paused may have been lifted; it says so again where they were not.</summary>
    public async Task LiftPausesAsync(AppName app, WantedCertificate wanted)
    {
        if (wanted.IsPatient)
        {
            return;
        }

        await orders.LiftPausesAsync(wanted.Servers, server => requests.PlannedFor(app, wanted, server));
        if (lineages.ReadState(app) is var state && state.Gates.Any(gate => gate.Kind == GateKind.Paused))
        {
            lineages.WriteState(app, state with { Gates = [.. state.Gates.Where(gate => gate.Kind != GateKind.Paused)] });
        }
    }

    /// <summary>Gives an order up that was begun, for nobody goes on with it.</summary>
    public Task LeaveAsync(AppName app) => orders.LeaveAsync(lineages.JournalOf(app), AccountOf(app));

    // As it is set: what cannot be read as an address is no reason to keep an order.
    private string AccountOf(AppName app) => settings.Effective(app, "email")?.Trim() ?? "";

    /// <summary>As <see cref="LeaveAsync"/> where all of it is about to go: what cannot be read keeps nobody from that.</summary>
    public async Task TryLeaveAsync(AppName app)
    {
        try
        {
            await LeaveAsync(app);
            await orders.LeaveAsync(lineages.RehearsalJournalOf(app), AccountOf(app));
        }
        catch (ProblemException)
        {
            // It goes with the rest.
        }
    }

    private async Task<Attempt> PrepareAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        wanted = wanted with { InService = lineages.MarkOf(app) };
        try
        {
            await LiftPausesAsync(app, wanted);
            wanted = records.LeftOf(app, wanted) with { IsEarly = records.IsEarly(app) };
            await LeaveToHandAsync(app, wanted);
            var stored = reader.StoredOf(app);
            if (reader.WhyKept(app, wanted, stored) is { } kept)
            {
                throw kept.AsException();
            }

            if (stored.InService is null && !stored.HasOpenOrder && preflight is not null)
            {
                wanted = await preflight.CheckAsync(app, wanted, output, cancel);
            }

            var chosen = solvers.For(app, wanted);
            await AnnounceAsync(app, wanted, chosen, output, cancel);
            var attempt = new Attempt(wanted with { Stamp = reader.StampOf(app) }, chosen);
            await _waiting.BeginWithoutAsync(app, attempt, cancel);
            return attempt;
        }
        catch (ProblemException e)
        {
            throw records.Failed(app, e, asked: null, wanted);
        }
    }

    // Installed since the daemon found that something is due: what comes after this look is seen when the new one is installed.
    private async Task LeaveToHandAsync(AppName app, WantedCertificate wanted)
    {
        if (wanted is { IsPatient: true, InService: { FromAcme: false, ByHand: not null } } && !reader.NextOf(app).OfCertificate.IsDue(time.GetUtcNow()))
        {
            await TryLeaveAsync(app);
            throw LetsEncryptProblems.Overtaken(app).AsException();
        }
    }

    private async Task AnnounceAsync(AppName app, WantedCertificate wanted, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
        if (chosen.NeedsPort80)
        {
            await port.EnsureAsync(app, output, cancel);
        }

        if (chosen.Because is { } because)
        {
            output.Step(because);
        }

        output.Step($"Getting letsencrypt certificate for {app} via {chosen.Spoken}");
        foreach (var name in wanted.Names)
        {
            output.Detail($" - Domain '{name}'");
        }
    }

    private async Task<IReadOnlyList<FailedName>> AtServersAsync(AppName app, Attempt attempt, CommandOutput output, CancellationToken cancel)
    {
        while (true)
        {
            var asked = await NextAsync(app, attempt, cancel);
            if (await _waiting.TryLetWaitAsync(app, attempt, asked.Gates, cancel))
            {
                continue;
            }

            if (asked.Gates.Count > 0 || attempt.HasFailedAt(asked.Server))
            {
                throw Ended(app, attempt, asked, asked.Gates.Count > 0 && await _waiting.BesideAsync(app, attempt, cancel) is { Count: > 0 });
            }

            if (asked.PassedOver is { } why)
            {
                output.Detail($"{why}; asking {asked.Server.Directory.Authority} instead");
            }

            try
            {
                return await AtServerAsync(app, attempt, asked.Server, output, cancel);
            }
            catch (ProblemException e) when (e.Problem.Code == LetsEncryptProblems.HeldBack)
            {
                var names = AcmeProblems.FailedNamesOf(e);
                records.NamesFailed(app, names, attempt.Wanted);
                attempt.GoOnWithout(names, LetsEncryptProblems.CountsInFull(e));
            }
            catch (ProblemException e) when (attempt.IsFirstWay && ChallengeSolvers.After(attempt.Wanted.Names, attempt.Chosen, e) is { } other)
            {
                output.Warn(e.Problem.Found);
                attempt.TryOtherWay(other, e, asked);
            }
            catch (ProblemException e)
            {
                var names = AcmeProblems.LeftOutNamesOf(e);
                if (await _waiting.TryLetWaitAsync(app, attempt, asked.Server, e, names, cancel))
                {
                    output.Warn(e.Problem.Found);
                    continue;
                }

                var failure = Failed(app, attempt, attempt.Told(e), asked, await _waiting.BesideAsync(app, attempt, cancel, names) is { Count: > 0 });
                records.NamesFailed(app, names, attempt.Wanted);
                attempt.FailedAt(asked.Server, failure);
                if (await AnotherAsync(app, attempt, e, names, output, cancel) is not { } another)
                {
                    throw failure;
                }

                output.Warn(e.Problem.Found);
                output.Detail($"Asking {another.Directory.Authority} instead");
                events.Publish(new LineageEvent(LineageEventKind.FellOver, app, time.GetUtcNow()) { Names = attempt.Wanted.NameTexts, Expires = reader.StoredOf(app).InService?.NotAfter, Server = another.Key, Problem = e.Problem });
            }
        }
    }

    private async Task<ServerToAsk> NextAsync(AppName app, Attempt attempt, CancellationToken cancel)
    {
        try
        {
            return await servers.NextAsync(app, attempt.Wanted, isOrder: true, cancel);
        }
        catch (ProblemException e)
        {
            // An account or a ledger that cannot be read.
            throw records.Failed(app, e, asked: null, attempt.Remembered);
        }
    }

    private ProblemException Ended(AppName app, Attempt attempt, ServerToAsk asked, bool sparesRenewal) =>
        attempt.Unproved is { } before ? Failed(app, attempt, before.Failure, before.At, sparesRenewal)
        : asked.Gates.Count > 0 ? records.Held(app, attempt.Whole, asked, sparesRenewal)
        : attempt.Last!;

    private ProblemException Failed(AppName app, Attempt attempt, ProblemException failure, ServerToAsk asked, bool sparesRenewal) =>
        records.Failed(app, failure, attempt.Sparing(asked), attempt.Remembered, sparesRenewal && !_waiting.KeepsOrder(app, attempt.Remembered));

    /// <returns>The server that is asked instead; null for none.</returns>
    private async Task<WantedServer?> AnotherAsync(AppName app, Attempt attempt, ProblemException failure, IReadOnlyList<FailedName> failed, CommandOutput output, CancellationToken cancel)
    {
        if (!ServerChoice.IsServersFault(failure) && failure.Problem.Code != AcmeProblems.NamePaused)
        {
            return null;
        }

        var next = await servers.NextAsync(app, attempt.Wanted, isOrder: true, cancel);
        if ((next.Gates.Count > 0 || attempt.HasFailedAt(next.Server)) && await _waiting.TryLetWaitAsync(app, attempt, next.AllGates, cancel, failed))
        {
            next = await servers.NextAsync(app, attempt.Wanted, isOrder: true, cancel);
        }

        if (attempt.HasFailedAt(next.Server))
        {
            return null;
        }

        if (next.Gates.Count == 0)
        {
            return next.Server;
        }

        output.Detail($"{next.Server.Directory.Authority} is not asked instead: {GateWords.OfLast(next.Gates)}");
        return null;
    }

    private async Task<IReadOnlyList<FailedName>> AtServerAsync(AppName app, Attempt attempt, WantedServer server, CommandOutput output, CancellationToken cancel)
    {
        if (!attempt.IsAnnounced)
        {
            await AnnounceAsync(app, attempt.Wanted, attempt.Chosen, output, cancel);
            attempt.IsAnnounced = true;
        }

        return await OrderAsync(app, attempt.Wanted, server, attempt.Chosen, output, cancel);
    }

    private async Task<IReadOnlyList<FailedName>> OrderAsync(
        AppName app, WantedCertificate wanted, WantedServer server, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
        var journal = lineages.JournalOf(app);
        var order = new ServerOrder(
            app,
            server,
            wanted.Settings,
            requests.For(app, wanted, server),
            requests.PlannedFor(app, wanted, server),
            journal,
            chosen,
            output);
        try
        {
            var issued = await orders.RunAsync(order, Store, cancel);
            return AttemptRecords.NotOn(issued, [.. wanted.Untried, .. wanted.Stopped, .. issued.LeftOut]);
        }
        catch (ProblemException e) when (e.Problem.Code == LetsEncryptProblems.InServiceReplaced || e.Problem.Code == LetsEncryptProblems.IssuedAgain)
        {
            await journal.ClearAsync(cancel);
            journal.TryClearAside();
            throw;
        }
        catch (ProblemException e) when (lineages.IsTakenOver(app, wanted.InService))
        {
            await TryLeaveAsync(app);
            throw LetsEncryptProblems.Overtaken(app).AsException(e);
        }
        finally
        {
            solvers.Keep(app, chosen);
            await UnplacedOrder.LeaveAsync(journal);
            journal.TryTakeUpNewest();
        }

        async ValueTask Store(IssuedCertificate issued, CancellationToken cancel)
        {
            if (wanted.InService is { FromAcme: true, Serial: { } serial } && CertificateFacts.TryRead(issued.LeafPem)?.Serial == serial)
            {
                throw LetsEncryptProblems.SameAgain(server).AsException();
            }

            output.Step("Certificate retrieved successfully.");
            output.Step("Installing let's encrypt certificates");
            var leftOut = AttemptRecords.NotOn(issued, [.. wanted.Stopped, .. issued.LeftOut]);
            var replaced = records.WhyReplaced(app);
            var state = records.AfterIssue(app, issued with { LeftOut = leftOut }, server, wanted.Settings, wanted.IsEarly == true, requests.LostOf(app, wanted));
            await lineages.InstallAsync(app, issued, wanted.AsConfig(server), [.. settings.FilesOf(app), new(LineageFiles.ServerFile, server.Word + "\n")], state, wanted.InService, cancel);
            journal.TryClearAside();
            routes.Publish(app);
            records.Tell(app, LineageEventKind.Issued, issued.Names, server, records.LeftOutOf(app, AttemptRecords.NotOn(issued, [.. wanted.Untried, .. leftOut]), wanted.LeftOut), replaced);
        }
    }
}
