using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What commands and the daemon do with an app's certificate, one at a time for an app.</summary>
public sealed class CertificateManager(
    AppCatalog apps,
    LineageReader reader,
    LineageFiles lineages,
    CertificateFiles certificates,
    Ordering ordering,
    AttemptRecords records,
    OrderRequests requests,
    ObtainLines lines,
    RenewalAdviser adviser,
    Restoring restoring,
    Rehearsal rehearsal,
    OrdersUnderWay underWay,
    Bundles bundles,
    AcmeClients clients,
    LetsEncryptSettingsStore settings,
    RoutePublisher routes,
    ILineageEvents events,
    UpdateTrigger update,
    TimeProvider time) : ICertificateManager
{
    private readonly AppGates _gates = new(underWay.SentenceOf, time);
    private readonly CutOffInstallation _cutOff = new(reader, lineages, requests, settings, records, routes);
    private readonly Coverage _coverage = new(reader, lineages, adviser, time);

    public async Task<int> ObtainAsync(AppName app, string headline, bool force, CommandOutput output, CancellationToken cancel)
    {
        using var held = await EnterAsync(app, output, cancel);
        return await ObtainAndTellAsync(held, app, headline, force, isPatient: false, isWatched: true, output, cancel);
    }

    public async Task<int> ObtainUnlessAsync(AppName app, string headline, bool isPatient, Func<int?> unless, CommandOutput output, CancellationToken cancel)
    {
        using var held = await EnterAsync(app, output, cancel);
        return unless() ?? await ObtainAndTellAsync(held, app, headline, force: false, isPatient, isWatched: true, output, cancel);
    }

    /// <summary>As <see cref="ObtainAsync"/> by the daemon itself, unless a command is at it already.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="isOn">Whether it still renews by itself: asked once it is known that something is due, so that nothing begins that became due after it was turned off.</param>
    /// <param name="output">Where its lines go.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task RenewAsync(AppName app, Func<bool> isOn, CommandOutput output, CancellationToken cancel)
    {
        using var held = _gates.TryEnter(app);
        var step = held is null || !apps.Exists(app) ? null : reader.NextOf(app);
        switch (step?.IsDue(time.GetUtcNow()) == true && isOn() ? step.Action : LineageAction.None)
        {
            case LineageAction.AskAdvice:
                await adviser.AskAsync(app, cancel);
                break;
            case LineageAction.Restore:
                restoring.Run(app, output);
                break;
            case LineageAction.Resume or LineageAction.Order or LineageAction.Renew:
                await ObtainAndTellAsync(held!, app, $"Auto-renew {app}...", force: false, isPatient: true, isWatched: false, output, cancel);
                break;
        }
    }

    /// <summary>Tells plugins of certificates that came into service as an earlier daemon ended.</summary>
    /// <param name="isOn">Whether the daemon goes on with orders by itself: one that is all but closed tells of its certificate then.</param>
    /// <param name="log">Where what they print goes.</param>
    /// <param name="cancel">Gives up.</param>
    public Task TellLeftAsync(bool isOn, IRenewalLog log, CancellationToken cancel) =>
        update.FireLeftAsync(apps, async app => isOn && await lineages.JournalOf(app).LoadAsync(cancel) is { Stage: OrderStage.Downloaded }, log, cancel);

    public async Task<string?> AskAdviceAsync(AppName app, bool whenDue, CancellationToken cancel)
    {
        using var held = _gates.TryEnter(app);
        if (held is not null && reader.StoredOf(app).InService is not null && (!whenDue || (reader.NextOf(app) is { Action: LineageAction.AskAdvice } step && step.IsDue(time.GetUtcNow()))))
        {
            await adviser.AskBrieflyAsync(app, cancel);
        }

        return NearEnd.WhyReplaced(reader.StoredOf(app), time.GetUtcNow());
    }

    public LineageStep NextOf(AppName app) => reader.NextOf(app);

    public DateTimeOffset RenewalOf(AppName app, CertificateFacts facts) => reader.RenewalOf(app, facts).At;

    public bool IsAtWork(AppName app) => _gates.IsHeld(app);

    public LineageFailure? LastFailureOf(AppName app) => reader.ReadOf(app).Stored.State.LastFailure;

    public async Task RevokeAsync(AppName app, CancellationToken cancel)
    {
        var state = lineages.ReadState(app);
        var (chain, key) = certificates.Read(app);

        // The certificate's own key needs no account, so it works whatever is set or lost by now.
        await clients.Of(state.IssuedBy ?? settings.Read(app).Servers[0], state.IssuedTo)
            .RevokeWithKeyAsync(chain, key, RevocationReason.Unspecified, cancel);
        await TakeOffAsync(app, LineageEventKind.Revoked);
    }

    public Task DisableAsync(AppName app) => TakeOffAsync(app, LineageEventKind.Disabled);

    public async Task<int> RehearseAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        using var held = await EnterAsync(app, output, cancel);
        var status = 0;
        await EndableAsync(held, app, async either => status = await rehearsal.RunAsync(app, output, either), cancel);
        return status;
    }

    public async Task<Bundle> RollBackAsync(AppName app, string? bundle, CommandOutput output, CancellationToken cancel)
    {
        using var held = bundle is null ? await HoldInServiceAsync(app, output, cancel) : await HoldAsync(app, output, cancel);
        var earlier = bundles.Find(app, bundle);
        var before = lineages.ReadState(app);

        // First, so that no crash lets the daemon replace it at once, nor an order take its place that was begun and cut off.
        lineages.WriteState(app, Outcomes.RolledBack(app, before, earlier.Facts!, WordOf(app, lineages.ServerOf(app, earlier.Name)), time.GetUtcNow()));
        try
        {
            await ordering.LeaveAsync(app);
            update.Remember(app);
            bundles.Activate(app, earlier);
        }
        catch (ProblemException)
        {
            lineages.WriteState(app, before);
            throw;
        }

        routes.Publish(app);
        records.Tell(app, LineageEventKind.RolledBack, earlier.Facts!.Names, server: null, problem: null);
        return earlier;
    }

    /// <summary>When the certificate in service expires (null when an ACME server issued none), whether nobody is worse off until its turn comes, and whether its last failed.</summary>
    public (DateTimeOffset? Expires, bool CanWait, bool HasFailed) UrgencyOf(AppName app) =>
        reader.StoredOf(app) is var stored ? (stored.InService?.NotAfter, stored is { InService: null, Damage: null } || reader.IsGood(app, stored), stored.State.LastFailure is not null) : default;

    /// <summary>The server that the app's next step asks first, as far as that can be told now; empty where it asks none.</summary>
    public string ServerOf(AppName app)
    {
        var words = settings.Read(app).Servers;
        try
        {
            var (stored, step) = reader.ReadOf(app);
            return step.Action switch
            {
                LineageAction.Restore => "",
                LineageAction.AskAdvice => clients.DirectoryOf(stored.State.IssuedBy ?? words[0]).OriginalString,
                _ => clients.ServersOf(words).Servers is { Count: > 0 } servers ? ServerChoice.Of(servers, stored, time.GetUtcNow()).Key : words[0],
            };
        }
        catch (ProblemException)
        {
            // The built-in authority is meant and does not run.
            return words[0];
        }
    }

    private string? WordOf(AppName app, string? directory)
    {
        try
        {
            return directory is null ? null : requests.WordOf(directory, settings.Read(app).Servers);
        }
        catch (ProblemException)
        {
            // A setting that cannot be read must not keep anyone from going back.
            return directory;
        }
    }

    public async Task<IDisposable> HoldAsync(AppName app, CommandOutput output, CancellationToken cancel) => await EnterAsync(app, output, cancel);

    public async Task<IDisposable> EndAndHoldAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        _gates.End(app);
        return await EnterAsync(app, output, cancel);
    }

    public async Task<IDisposable> HoldInServiceAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        var meant = certificates.Facts(app)?.Serial;
        var held = await EnterAsync(app, output, cancel);
        if (meant is null || certificates.Facts(app)?.Serial == meant)
        {
            return held;
        }

        held.Dispose();
        throw LetsEncryptProblems.Replaced(app).AsException();
    }

    private async Task<AppGates.Held> EnterAsync(AppName app, CommandOutput output, CancellationToken cancel)
    {
        var held = await _gates.EnterAsync(app, output, cancel);
        try
        {
            // The wait may have outlived the app.
            apps.Find(app.Text);
            return held;
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    // Ended by who asked for it, or by who wants it no more.
    private static async Task EndableAsync(AppGates.Held held, AppName app, Func<CancellationToken, Task> work, CancellationToken cancel)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, held.GivenUp);
        try
        {
            either.Token.ThrowIfCancellationRequested();
            await work(either.Token);
        }
        catch (OperationCanceledException) when (held.GivenUp.IsCancellationRequested)
        {
            throw LetsEncryptProblems.GivenUp(app).AsException();
        }
    }

    private async Task<int> ObtainAndTellAsync(
        AppGates.Held held, AppName app, string headline, bool force, bool isPatient, bool isWatched, CommandOutput output, CancellationToken cancel)
    {
        var before = lineages.ReadState(app).LastSuccess;
        var finished = await _cutOff.FinishAsync(app, cancel);
        if (finished)
        {
            output.Step($"The certificate that an interrupted run had installed for {app} is in service");
        }

        try
        {
            // What it left out has its pause.
            return finished && !force && !reader.NextOf(app).OfCertificate.IsDue(time.GetUtcNow()) ? 0 : await ObtainHeldAsync(held, app, headline, force, isPatient, output, cancel);
        }
        finally
        {
            if (finished || lineages.ReadState(app).LastSuccess != before)
            {
                // When others may go on: what plugins call may concern the certificate, too.
                held.Dispose();
                await update.FireAsync(app, isWatched, output, cancel);
            }
        }
    }

    private async Task<int> ObtainHeldAsync(AppGates.Held held, AppName app, string headline, bool force, bool isPatient, CommandOutput output, CancellationToken cancel)
    {
        WantedCertificate? wanted = null;
        try
        {
            restoring.Run(app, output);
            wanted = reader.PlanOf(app, reader.StoredOf(app)) with { IsPatient = isPatient, IsForced = force };
            output.Headline(headline);
            if (!force && await _coverage.IsAllAsync(app, wanted, output, cancel))
            {
                // An order for other names is of no use any more, nor what stopped it of interest.
                await ordering.LeaveAsync(app);
                await ordering.LiftPausesAsync(app, wanted);
                output.Step($"Certificate is still valid for {app}, skipping certificate request");
                lines.TellNotTried(app, output);
                records.Forget(app);
                return lines.TellNotAsked(app, wanted, output);
            }

            var started = time.GetTimestamp();
            IReadOnlyList<FailedName> failed = [];
            await EndableAsync(held, app, async either => failed = await ordering.RunAsync(app, wanted, output, either), cancel);
            lines.TellDone(app, time.GetElapsedTime(started), output);
            return lines.TellLeftOut(app, wanted, failed, output);
        }
        catch (OperationCanceledException)
        {
            lines.TellGivenUp(app, output);
            throw;
        }
        catch (ProblemException e)
        {
            lines.TellFailure(app, e.Problem, wasPlanned: wanted is not null, output);
            if (wanted is null)
            {
                records.Failed(app, e, asked: null);
            }

            throw;
        }
    }

    /// <summary>Gives up what was begun before somebody installed a certificate by hand, or took it off, and tells of that. Who is at it now finds out.</summary>
    public async Task ChangedByHandAsync(AppName app)
    {
        using var held = _gates.TryEnter(app);
        await (held is null ? Task.CompletedTask : ordering.TryLeaveAsync(app));
        records.TellByHand(app, certificates.Facts(app));
    }

    private async Task TakeOffAsync(AppName app, LineageEventKind why)
    {
        await ordering.TryLeaveAsync(app);
        var (names, fromAcme) = (certificates.Facts(app)?.Names ?? [], certificates.IsFromAcme(app));
        if (!fromAcme)
        {
            lineages.Delete(app);
            routes.Publish(app);
            return;
        }

        // First, as it may be revoked: whoever found it in service still would miss what was known of it.
        certificates.Remove(app);
        routes.Publish(app);
        lineages.Delete(app);
        events.Publish(new LineageEvent(why, app, time.GetUtcNow()) { Names = names });
    }
}
