using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Limits;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>Reads what is wanted and stored of an app's certificate, and with that its next step.</summary>
public sealed class LineageReader(
    CertificatePlanner planner, LineageFiles lineages, CertificateFiles certificates, LetsEncryptSettingsStore settings, SettingsStamp stamp, LimitWaits waits, TimeProvider time)
{
    /// <summary>What is next for the app's certificate.</summary>
    public LineageStep NextOf(AppName app) => ReadOf(app).Step;

    /// <summary>What there is of the app's certificate, and what is next for it.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="orderIsOver">Whether the order that is still there has just brought its certificate.</param>
    public (LineageStored Stored, LineageStep Step) ReadOf(AppName app, bool orderIsOver = false)
    {
        using var now = settings.AsOfNow();
        var stored = StoredOf(app);
        stored = orderIsOver ? stored with { HasOpenOrder = false } : stored.HasOpenOrder ? stored with { Order = lineages.JournalOf(app).Load() } : stored;
        var wants = WantsOf(app, stored);
        stored = wants.Domains is { } domains ? stored.For(domains, wants.ServerWords) : stored;
        stored = wants.Servers.Count > 0 ? stored with { State = stored.State.At(wants.Servers) } : stored;
        var step = LineagePlan.Next(wants, stored, time.GetUtcNow());
        return (step.OfCertificate.Action == LineageAction.Renew ? OfNeed(stored, step.OfCertificate) : stored, step);
    }

    // What was tried before its time, and not needed, has nothing left to mend once its pause is over: the certificate is good.
    private LineageStored OfNeed(LineageStored stored, LineageStep renewal)
    {
        var (state, now) = (stored.State, time.GetUtcNow());
        return state.LastFailure is not null && renewal is { Gate: null, Beside: null } && !renewal.IsDue(now)
            && !state.Gates.Any(gate => gate.Kind == GateKind.Backoff && gate.Until > now)
            ? stored with { State = state.Forgotten() }
            : stored;
    }

    /// <summary>As <see cref="ReadOf"/> for a list of very many: where all is well, without a plan for each.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="graceOf">What <see cref="LetsEncryptSettingsStore.GracePeriods"/> tells.</param>
    /// <param name="isWell">What <see cref="CertificatePlanner.Glances"/> tells.</param>
    public (LineageStored Stored, LineageStep Step) GlanceAt(AppName app, Func<AppName, TimeSpan?> graceOf, Func<AppName, IReadOnlyList<string>, bool> isWell)
    {
        var stored = StoredOf(app);
        return stored is { InService: { } facts, Damage: null, HasOpenOrder: false, State.IsQuiet: true } && isWell(app, facts.Names)
            ? (stored, LineagePlan.Next(new LineageWants([], graceOf(app)), stored, time.GetUtcNow()))
            : ReadOf(app);
    }

    public LineageStored StoredOf(AppName app)
    {
        using var now = settings.AsOfNow();
        var (facts, fromAcme, damage) = certificates.InServiceOf(app);
        var state = Counting(app, lineages.ReadState(app));
        state = (lineages.UnkeptOf(app) ?? state.Unreadable) is { } told ? state with { LastFailure = told } : state;
        return fromAcme || !certificates.Exists(app)
            ? new(state, fromAcme ? facts : null, lineages.HasOpenOrder(app)) { Damage = fromAcme ? damage : null }

            // Who has installed one by hand wants no other, unless it was asked for since.
            : new(state is { IsQuiet: true, Failures: 0 } ? state : state.Ended(certificates.InstalledAt(app)), null, lineages.HasOrderSinceInstalled(app));
    }

    /// <summary>What is to be ordered: near the end of what is in service, as <see cref="CertificatePlanner.Plan"/> leaves DNS.</summary>
    public WantedCertificate PlanOf(AppName app, LineageStored stored) => planner.Plan(app, leavesDns: IsEnding(app, stored));

    /// <inheritdoc cref="CertificatePlanner.TryPlan"/>
    public WantedCertificate? TryPlanOf(AppName app, LineageStored stored, out Problem? whyNot) => planner.TryPlan(app, out whyNot, leavesDns: IsEnding(app, stored));

    /// <summary>Whether the chain's leaf is the one in service, with its key.</summary>
    public bool IsInService(AppName app, string chain) =>
        certificates.IsWhole(app) && ChainText.LeafIn(chain) is { } leaf && leaf == ChainText.LeafIn(certificates.ReadCertificate(app));

    /// <summary>The renewal of a certificate that is in service and whole, whatever comes before it, held back by what the app has met itself.</summary>
    public LineageStep RenewalStepOf(AppName app, LineageStored stored) => LineagePlan.RenewalAlone(WantsOf(app, stored), stored, time.GetUtcNow());

    /// <summary>When the certificate is renewed, and why then.</summary>
    public (DateTimeOffset At, string Why) RenewalOf(AppName app, CertificateFacts facts) =>
        LineagePlan.RenewalOf(facts, settings.GracePeriodOf(app), lineages.ReadState(app).Advice);

    /// <summary>The app's settings as they are now, as <see cref="SettingsStamp"/> tells them from others.</summary>
    public ulong StampOf(AppName app) => stamp.Of(app).Stamp;

    /// <summary>What an attempt leaves behind that was refused for its settings.</summary>
    public LineageRefusal RefusalOf(Problem problem, ulong settings) => new(LineageFailure.Of(problem, time.GetUtcNow()), settings);

    /// <summary>Whether the certificate in service is whole and not due; its names are another matter.</summary>
    public bool IsGood(AppName app, LineageStored stored) =>
        stored is { InService: { } facts, Damage: null } && RenewalOf(app, facts).At > time.GetUtcNow()
        && !LineagePlan.IsOfAnotherClock(stored, time.GetUtcNow());

    /// <summary>See <see cref="NearEnd"/>.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="stored">What there is of it.</param>
    public bool IsEnding(AppName app, LineageStored stored) =>
        stored.InService is { } facts && NearEnd.Is(stored, RenewalOf(app, facts).At, time.GetUtcNow());

    /// <summary>Why nothing is ordered as things are, though other names could be: what is on the certificate is not given up before that is near its end.</summary>
    public Problem? WhyKept(AppName app, WantedCertificate wanted, LineageStored stored) =>
        wanted.WildcardsLost(stored).FirstOrDefault() is { } lost && !IsEnding(app, stored) ? lost : null;

    /// <summary>Whether it is due, and has not been had again and again just now.</summary>
    public bool MayBeRenewed(AppName app, LineageStored stored) =>
        !IsGood(app, stored) && !(RenewalRest.Of(stored, settings.GracePeriodOf(app), time.GetUtcNow())?.Until > time.GetUtcNow());

    // By other limits, or with another account, the order may go now, which is seen when it is tried.
    private LineageState Counting(AppName app, LineageState state)
    {
        if (!state.Gates.Any(gate => gate.Kind is GateKind.Limit or GateKind.SetAside))
        {
            return state;
        }

        var (limits, now) = (settings.ForAll(LetsEncryptSettingsStore.Limits) ?? "", time.GetUtcNow());
        var account = settings.Effective(app, "email")?.Trim() ?? "";
        return state with { Gates = [.. state.Gates.Select(waits.AsKnown).Select(gate => IsOfOthers(gate) && gate.Until > now ? gate with { Until = now } : gate)] };

        bool IsOfOthers(LineageGate gate) => gate.Kind == GateKind.Limit && ((gate.Limits ?? "") != limits || (gate.Account ?? account) != account);
    }

    private LineageWants WantsOf(AppName app, LineageStored stored)
    {
        var isFirst = stored is { InService: null, HasOpenOrder: false, Damage: null };
        var byDefault = isFirst && settings.IsByDefault(app) && !certificates.Exists(app);
        var refused = stored.State.Refusal;
        var (settled, changed) = refused is null ? default : stamp.Of(app);

        // Where nothing can be ordered as things are, the certificate in service is renewed when its time comes, and says why not.
        Problem? obstacle = null;
        var isWanted = !isFirst || byDefault || refused is not null || stored.State.LastFailure is not null || stored.State.AskedAt is not null;
        var wanted = isWanted ? TryPlanOf(app, stored, out obstacle) : null;
        var kept = wanted is null ? null : WhyKept(app, wanted, stored);
        var wants = new LineageWants(wanted?.Names ?? [], settings.GracePeriodOf(app))
        {
            Domains = wanted?.Names,
            Servers = [.. wanted?.Servers.Select(server => server.Key) ?? []],
            ServerWords = [.. wanted?.Servers.Select(server => server.Word) ?? []],
            LeftOut = kept is null ? wanted?.LeftOut ?? [] : [],
            ByDefault = byDefault,
            MendedAt = isFirst && refused is not null ? changed : null,
            WhyNot = obstacle ?? kept ?? (refused?.Settings == settled && !IsOfKept(refused) ? refused?.AsProblem() : null),
        };
        return obstacle is null ? wants : AsSet(app, wants, tellsMissing: !isFirst && obstacle.Code.IsOfSettings);

        // That has been looked at just now.
        bool IsOfKept(LineageRefusal refusal) => wanted is not null && (refusal.Why.Code == LetsEncryptProblems.WildcardNeedsDns.Id || refusal.Why.Code == wanted.WithoutDns?.Code.Id);
    }

    // What failed at domains and servers that are gone is over, whatever is missing; and what the certificate lacks for want of a setting is told of, and
    // asked for as soon as that is there.
    private LineageWants AsSet(AppName app, LineageWants wants, bool tellsMissing)
    {
        try
        {
            return wants with
            {
                Names = tellsMissing ? planner.CertifiableOf(app) : [],
                Domains = planner.DomainsOf(app),
                Servers = [.. planner.ServersOf(app).Select(server => server.Key)],
                ServerWords = settings.Read(app).Servers,
            };
        }
        catch (ProblemException)
        {
            return wants;
        }
    }
}
