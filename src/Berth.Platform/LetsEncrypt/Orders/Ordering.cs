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
    Outcomes outcomes,
    RoutePublisher routes,
    ILineageEvents events,
    IPreflight? preflight,
    AutoRenewal renewal,
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
        wanted = wanted with { IsEarly = IsEarly(app), InService = lineages.MarkOf(app) };
        try
        {
            var stored = reader.StoredOf(app);
            if (stored.InService is null && !stored.HasOpenOrder && preflight is not null)
            {
                wanted = await preflight.CheckAsync(app, wanted, output, cancel);
            }

            var chosen = solvers.For(app, wanted.Names);
            await AnnounceAsync(app, wanted, chosen, output, cancel);
            return (wanted with { Stamp = reader.StampOf(app) }, chosen);
        }
        catch (ProblemException e)
        {
            Remember(app, e, server: null, wanted);
            throw;
        }
    }

    private bool IsEarly(AppName app)
    {
        try
        {
            var (stored, step) = reader.ReadOf(app);
            return LineagePlan.IsEarly(stored, step, time.GetUtcNow());
        }
        catch (ProblemException)
        {
            // What fails is remembered all the same.
            return false;
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

    private async Task<IReadOnlyList<FailedName>> AtServersAsync(
        AppName app, WantedCertificate wanted, ChosenSolvers chosen, CommandOutput output, CancellationToken cancel)
    {
        var (first, remembered, unproved) = (chosen, wanted, (Problem?)null);
        var failed = new HashSet<string>(StringComparer.Ordinal);
        while (true)
        {
            var asked = await servers.NextAsync(app, wanted, cancel);
            if (asked.Gates.Count > 0)
            {
                throw Held(app, asked);
            }

            try
            {
                return await AtServerAsync(app, wanted, asked.Server, chosen, output, cancel);
            }
            catch (ProblemException e) when (e.Problem.Code == LetsEncryptProblems.HeldBack)
            {
                // Meanwhile others have spent what was left there: another server may be free.
                continue;
            }
            catch (ProblemException e) when (chosen == first && solvers.After(app, wanted.Names, chosen, e) is { } other)
            {
                output.Warn(e.Problem.Found);
                output.Remedy(e.Problem.Remedy);
                (chosen, unproved) = (other, e.Problem);
                await AnnounceAsync(app, wanted, chosen, output, cancel);
            }
            catch (ProblemException e)
            {
                var failure = unproved is null ? e : Both(e, unproved);
                Remember(app, failure, asked.Server, remembered);
                remembered = wanted with { IsEarly = true };

                // Each is asked once in an attempt: where all keep failing, the next attempt waits like any other.
                failed.Add(asked.Server.Key);
                if (await AnotherAsync(app, wanted, e, failed, cancel) is not { } another)
                {
                    throw failure;
                }

                output.Warn(e.Problem.Found);
                output.Detail($"Asking {another.Directory.Authority} instead");
                events.Publish(new LineageEvent(LineageEventKind.FellOver, app, time.GetUtcNow()) { Server = another.Key, Problem = e.Problem });
            }
        }
    }

    /// <returns>The server that is asked instead; null for none.</returns>
    private async Task<WantedServer?> AnotherAsync(AppName app, WantedCertificate wanted, ProblemException failure, HashSet<string> failed, CancellationToken cancel) =>
        ServerChoice.IsServersFault(failure.Problem.Code) && await servers.NextAsync(app, wanted, cancel) is { Gates.Count: 0, Server: var next } && !failed.Contains(next.Key)
            ? next
            : null;

    // What kept the name from being proved the usual way is to be mended first.
    private static ProblemException Both(ProblemException second, Problem first) =>
        Retold.As(second, second.Problem with { Found = $"{Sentences.Ended(first.Found)} Then: {second.Problem.Found}", Remedy = first.Remedy });

    /// <summary>Tells of the certificate that a run installed which ended before it could tell of it, and closes its order.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> FinishInstalledAsync(AppName app, CancellationToken cancel)
    {
        var journal = lineages.JournalOf(app);
        if (await journal.LoadAsync(cancel) is not { Stage: OrderStage.Downloaded, CertificatePem: { } chain } order
            || !reader.IsInService(app, chain)
            || reader.StoredOf(app).InService is not { } facts)
        {
            return false;
        }

        lineages.TellInstalled(app);
        routes.Publish(app);
        var read = settings.Read(app);
        var (issued, server) = (IssuedBefore(order, chain, facts), requests.ServerAt(order.DirectoryUrl, read.Servers));
        if (lineages.ReadState(app).LastSerial != facts.Serial)
        {
            lineages.WriteState(app, StateAfter(app, issued, server, read, isEarly: false));
        }

        // Twice is better than not at all.
        Tell(app, LineageEventKind.Issued, issued.Names, server, null);
        await journal.ClearAsync(cancel);
        return true;
    }

    // Remembered of all servers: one whose limit nobody kept would pass for free, and be tried at once again.
    private ProblemException Held(AppName app, ServerToAsk held)
    {
        lineages.WriteState(app, Outcomes.Held(lineages.ReadState(app), held.AllGates, isFirst: reader.StoredOf(app) is { InService: null, Damage: null }, time.GetUtcNow()));
        var problem = LetsEncryptProblems.Held(app, held.Server, held.Gates, renewal.IsOn);
        Tell(app, LineageEventKind.Held, [], held.Server, problem);
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
        await LeaveOtherAsync(app, wanted, server, cancel);
        try
        {
            var issued = await orders.RunAsync(order, Store, cancel);
            return [.. wanted.Stopped, .. issued.LeftOut];
        }
        catch (ProblemException e) when (e.Problem.Code == LetsEncryptProblems.InServiceReplaced)
        {
            await lineages.JournalOf(app).ClearAsync(cancel);
            throw;
        }
        finally
        {
            solvers.Keep(app, chosen);
        }

        async ValueTask Store(IssuedCertificate issued, CancellationToken cancel)
        {
            output.Step("Certificate retrieved successfully.");
            output.Step("Installing let's encrypt certificates");
            IReadOnlyList<FailedName> leftOut = [.. wanted.Stopped, .. issued.LeftOut];
            var state = StateAfter(app, issued with { LeftOut = leftOut }, server, wanted.Settings, wanted.IsEarly == true);
            await lineages.InstallAsync(app, issued, wanted.AsConfig(server), settings.FilesOf(app), state, wanted.InService, cancel);
            routes.Publish(app);
            Tell(app, LineageEventKind.Issued, issued.Names, server, LetsEncryptProblems.LeftOutOf(app, leftOut, wanted.LeftOut));
        }
    }

    private LineageState StateAfter(AppName app, IssuedCertificate issued, WantedServer server, LetsEncryptSettings read, bool isEarly) =>
        outcomes.Succeeded(lineages.ReadState(app), issued, server, read.Email, time.GetUtcNow(), isEarly) with
        {
            ClockSkew = orders.SkewAt(server, read),
            LastSerial = CertificateFacts.TryRead(issued.LeafPem)?.Serial,
        };

    private static IssuedCertificate IssuedBefore(PendingOrder order, string chain, CertificateFacts facts) => new()
    {
        Names = order.Names,
        LeafPem = chain,
        ChainPem = "",
        PrivateKeyPem = order.PrivateKeyPem,
        Issuer = facts.Issuer,
        NotBefore = facts.NotBefore,
        NotAfter = facts.NotAfter,
        DirectoryUrl = order.DirectoryUrl,
        AccountUrl = order.AccountUrl,
        OrderUrl = order.OrderUrl ?? "",
        CertificateUrl = order.CertificateUrl ?? "",
        Profile = order.Profile,
        LeftOut = order.LeftOut,
    };

    // An order that another server was asked for comes to nothing once this one is asked.
    private async Task LeaveOtherAsync(AppName app, WantedCertificate wanted, WantedServer server, CancellationToken cancel)
    {
        var journal = lineages.JournalOf(app);
        if (await journal.LoadAsync(cancel) is not { } left || left.DirectoryUrl == server.Key)
        {
            return;
        }

        if (left.Stage == OrderStage.Ordered && Uri.TryCreate(left.DirectoryUrl, UriKind.Absolute, out var directory))
        {
            var planned = requests.PlannedFor(app, wanted, new WantedServer(left.DirectoryUrl, directory)) with { Names = left.Names };
            await orders.GiveBackAsync(directory, planned);
        }

        await journal.ClearAsync(cancel);
    }

    /// <summary>Remembers a failure that may have come before any server was asked.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="failure">As it was thrown.</param>
    /// <param name="server">The one that was asked, if any was.</param>
    /// <param name="wanted">What it was asked for, and what <see cref="SettingsStamp"/> said before that: what was set since may be what it wanted. Null for none.</param>
    public void Remember(AppName app, ProblemException failure, WantedServer? server, WantedCertificate? wanted = null)
    {
        // Held back is not failed, and neither is what nobody wants any more.
        if (failure.Problem.Code == LetsEncryptProblems.HeldBack || failure.Problem.Code == LetsEncryptProblems.InServiceReplaced)
        {
            return;
        }

        try
        {
            lineages.WriteState(app, StateAfter(app, failure, server, wanted));
        }
        finally
        {
            // A disk too full to remember it: who tries again must hear of it all the same.
            Tell(app, LineageEventKind.Failed, [], server, failure.Problem);
        }
    }

    private LineageState StateAfter(AppName app, ProblemException failure, WantedServer? server, WantedCertificate? wanted)
    {
        var state = lineages.ReadState(app);
        if (failure.Problem.Code.IsOfSettings)
        {
            // A setting that is missing is no attempt: no certificate was asked for, and setting it mends it.
            return state with { Refusal = reader.RefusalOf(failure.Problem, wanted?.Stamp ?? reader.StampOf(app)) };
        }

        var (now, asked) = (time.GetUtcNow(), wanted?.Names.Select(name => name.Text).ToHashSet(StringComparer.Ordinal));
        var failed = outcomes.Failed(state, failure, server, now, asked, wanted?.IsEarly ?? IsEarly(app));
        return server is null ? failed : failed with { ClockSkew = orders.SkewAt(server, settings.Read(app)) };
    }

    private void Tell(AppName app, LineageEventKind kind, IReadOnlyList<string> names, WantedServer? server, Problem? problem)
    {
        var happened = new LineageEvent(kind, app, time.GetUtcNow()) { Names = names, Server = server?.Key, Problem = problem };
        try
        {
            var (stored, step) = reader.ReadOf(app, orderIsOver: kind == LineageEventKind.Issued);
            happened = happened with { Expires = stored.InService?.NotAfter, NextAttempt = step.OfCertificate.At, NextStep = step.At };
        }
        catch (ProblemException) when (problem is not null)
        {
            // What failed is what is to be told, not what cannot be read because of it.
        }

        events.Publish(happened);
    }
}
