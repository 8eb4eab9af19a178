using Berth.Acme;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What an attempt leaves behind, whatever its end: its certificate's state on disk, and an event.</summary>
public sealed class AttemptRecords(
    LineageReader reader,
    LineageFiles lineages,
    ServerOrders orders,
    LetsEncryptSettingsStore settings,
    Outcomes outcomes,
    ILineageEvents events,
    AutoRenewal renewal,
    LimitWaits waits,
    TimeProvider time)
{
    // From one that is over to the next attempt.
    private static readonly TimeSpan StillTheSame = TimeSpan.FromMinutes(10);

    /// <summary>What is to be ordered of it: without the names that had failed before its order was placed, or before a limit held that back.</summary>
    public WantedCertificate LeftOf(AppName app, WantedCertificate wanted)
    {
        var names = wanted.NameTexts;
        var state = lineages.ReadState(app);
        var open = lineages.OrderAt(app, wanted.Servers);
        IReadOnlyList<string> gone = [.. open?.LeftOut.Select(name => name.Name) ?? []];
        var left = open is not null ? open.Names
            : wanted.IsPatient && state.Gates.FirstOrDefault(gate => state.IsFor(gate, names))?.Names is { Count: > 0 } held && !IsHad(app, held) ? held
            : names;
        if (left.Count == 0 || !state.AreLeftOf(names, left, gone))
        {
            return wanted;
        }

        FailedName[] failed =
        [
            .. state.Failing
                .Where(name => names.Contains(name.Name) && !gone.Contains(name.Name) && !CertificateNames.Cover(left, name.Name))
                .Select(name => new FailedName(name.Name, name.Code, Untried(name.Words, wanted))),
        ];
        return wanted.Without(failed) with { Untried = failed };
    }

    // Who has just mended it is to know that nobody has looked.
    private static string Untried(string words, WantedCertificate wanted) => wanted.IsPatient ? words : $"{words.TrimEnd('.')}; it was not tried this time, for the order had been placed without it";

    private bool IsHad(AppName app, IReadOnlyList<string> names)
    {
        var stored = reader.StoredOf(app);
        return reader.IsGood(app, stored) && names.All(name => CertificateNames.Cover(stored.InService!.Names, name));
    }

    /// <summary>Remembers names that have failed, so that what is asked next goes without them.</summary>
    public void NamesFailed(AppName app, IReadOnlyList<FailedName> names, WantedCertificate wanted)
    {
        if (names.Count > 0)
        {
            lineages.WriteState(app, outcomes.NamesFailed(lineages.ReadState(app), names, wanted.IsEarly == true, time.GetUtcNow()));
        }
    }

    /// <summary>Whether an attempt now would be made during the pause after a failure.</summary>
    public bool IsEarly(AppName app)
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

    /// <summary>Remembers what held an attempt back before any server was asked.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="wanted">All that was to be ordered.</param>
    /// <param name="held">Where, and what holds it back.</param>
    /// <param name="sparesRenewal">See <see cref="LineageGate.SparesRenewal"/>.</param>
    public ProblemException Held(AppName app, WantedCertificate wanted, ServerToAsk held, bool sparesRenewal)
    {
        // Of all servers: one whose limit nobody kept would pass for free, and be tried at once again.
        var (state, now) = (lineages.ReadState(app), time.GetUtcNow());
        var after = Outcomes.Held(outcomes.NamesFailed(state, wanted.Stopped, wanted.IsEarly == true, now), ForNames(wanted, held.AllGates, sparesRenewal), IsFirst(app), now);
        lineages.WriteState(app, after);
        waits.Note(after.Gates);
        LineageGate[] known = [.. held.Gates.Select(gate => Outcomes.LongerOf(state, gate, now))];
        var problem = LetsEncryptProblems.Held(app, held.Server, known, goesOn: GoesOnBy(app, known.Max(gate => gate.OverAt ?? gate.Until)));

        // Of many that wait for the same, each is told of once and not whenever another has gone.
        if (!state.Gates.Select(waits.AsKnown).Any(gate => gate.Names is not null && gate.Until > now - StillTheSame))
        {
            Tell(app, LineageEventKind.Held, wanted.NameTexts, held.Server, problem);
        }

        return problem.AsException();
    }

    // Of a certificate that is good nothing remembers that somebody wanted another.
    private bool GoesOnBy(AppName app, DateTimeOffset end)
    {
        try
        {
            return renewal.IsOn && reader.NextOf(app).OfCertificate.At <= end;
        }
        catch (ProblemException)
        {
            // Held back is what is to be told.
            return false;
        }
    }

    /// <summary>The names that are not on a certificate; null for none.</summary>
    public Problem? LeftOutOf(AppName app, IReadOnlyList<FailedName> failed, IReadOnlyList<Problem> impossible) => LetsEncryptProblems.LeftOutOf(app, failed, impossible, renewal.IsOn);

    /// <summary>Those that the certificate does not carry: a wildcard may stand for a name that failed.</summary>
    public static IReadOnlyList<FailedName> NotOn(IssuedCertificate issued, IEnumerable<FailedName> failed) => [.. failed.Where(name => !CertificateNames.Cover(issued.Names, name.Name))];

    private bool IsFirst(AppName app) => reader.StoredOf(app) is { InService: null, Damage: null };

    private static IReadOnlyList<LineageGate> ForNames(WantedCertificate wanted, IReadOnlyList<LineageGate> gates, bool sparesRenewal) =>
        [.. gates.Select(gate => gate with { Account = wanted.Settings.Email?.Text ?? "", Names = wanted.NameTexts, SparesRenewal = sparesRenewal })];

    /// <summary>What is remembered once a certificate is in service.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="issued">That certificate.</param>
    /// <param name="server">Who issued it.</param>
    /// <param name="read">The settings that hold.</param>
    /// <param name="isEarly">Whether it was had in a pause.</param>
    /// <param name="lost">Names that the one before covered, and that this one was ordered without: they are asked for again soon.</param>
    public LineageState AfterIssue(AppName app, IssuedCertificate issued, WantedServer server, LetsEncryptSettings read, bool isEarly, IReadOnlyList<string> lost) =>
        outcomes.Succeeded(lineages.ReadState(app), issued, server, read.Email, time.GetUtcNow(), isEarly, lost) with
        {
            ClockSkew = orders.SkewAt(server, read),
            ClockSkewAt = time.GetUtcNow(),
            LastSerial = CertificateFacts.TryRead(issued.LeafPem)?.Serial,
        };

    /// <summary>Remembers a failure that may have come before any server was asked.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="failure">As it was thrown.</param>
    /// <param name="asked">The server that was asked, if any was.</param>
    /// <param name="wanted">What it was asked for, and what <see cref="SettingsStamp"/> said before that: what was set since may be what it wanted. Null for none.</param>
    /// <param name="sparesRenewal">Whether the names that are on the certificate could be ordered at once.</param>
    /// <returns>The failure as it is to be told.</returns>
    public ProblemException Failed(AppName app, ProblemException failure, ServerToAsk? asked, WantedCertificate? wanted = null, bool sparesRenewal = false)
    {
        // Held back is not failed.
        if (failure.Problem.Code == LetsEncryptProblems.HeldBack)
        {
            return failure;
        }

        // Neither is what nobody wants any more, be it that it has failed just before: what is installed by hand after this look comes after the failure, too.
        var now = time.GetUtcNow();
        failure = wanted is not null && lineages.IsTakenOver(app, wanted.InService) ? LetsEncryptProblems.Overtaken(app).AsException(failure) : failure;
        if (failure.Problem.Code == LetsEncryptProblems.InServiceReplaced)
        {
            Tell(app, LineageEventKind.Failed, wanted?.NameTexts ?? [], asked?.Server, failure.Problem);
            return failure;
        }

        try
        {
            lineages.WriteState(app, AfterFailure(app, failure, asked, wanted, sparesRenewal, now));
            failure = GoingOn(app, failure);
        }
        catch (ProblemException e)
        {
            lineages.NoteUnkept(app, LineageFailure.Of(e.Problem, time.GetUtcNow()));
            throw;
        }
        finally
        {
            // A disk too full to remember it: who tries again must hear of it all the same.
            Tell(app, LineageEventKind.Failed, wanted?.NameTexts ?? [], asked?.Server, failure.Problem);
        }

        return failure;
    }

    /// <summary>What failed before is over: the certificate is good as it is.</summary>
    public void Forget(AppName app)
    {
        var (state, names) = (lineages.ReadState(app), reader.StoredOf(app).InService?.Names ?? []);
        lineages.ForgetUnkept(app);
        if ((state.LastFailure ?? state.Unreadable) is not null)
        {
            lineages.WriteState(app, state.Forgotten() with { Failing = [.. state.Failing.Where(failing => !CertificateNames.Cover(names, failing.Name))] });
        }
    }

    // Who is told to wait, and to run the command again, need not where the daemon does.
    private ProblemException GoingOn(AppName app, ProblemException failure)
    {
        if (!ServerChoice.IsHeldByServer(failure) || AcmeProblems.GateOf(failure)?.Until is not { } end || !GoesOnBy(app, end))
        {
            return failure;
        }

        return Retold.As(failure, failure.Problem with { Remedy = Sentences.ByItself(failure.Problem.Remedy) });
    }

    private LineageState AfterFailure(AppName app, ProblemException failure, ServerToAsk? server, WantedCertificate? wanted, bool sparesRenewal, DateTimeOffset now)
    {
        var state = WithoutWhatIsOver(app);
        state = wanted?.IsPatient == false && server is not null ? state.Unpaused(server.Server.Key) : state;
        if (failure.Problem.Code.IsOfSettings && !(server is not null && wanted?.Servers.Count > 1))
        {
            // A setting that is missing is no attempt: no certificate was asked for, and setting it mends it. Of several servers it is that one's failure.
            return state with { Refusal = reader.RefusalOf(failure.Problem, wanted?.Stamp ?? reader.StampOf(app)) };
        }

        var asked = wanted?.NameTexts.ToHashSet(StringComparer.Ordinal);
        var isOfMore = IsOfMore(app, wanted);

        // Whether what holds the others back holds a renewal, too, is looked at once that is due.
        var elsewhere = HeldElsewhere(failure, server, wanted, isAskedFor: state.AskedAt is not null, sparesRenewal: isOfMore);
        var failed = outcomes.Failed(state, failure, server?.Server, now, asked, wanted?.IsEarly ?? IsEarly(app), isOfMore, sparesRenewal, elsewhere);
        failed = elsewhere is not null ? Outcomes.FailedElsewhere(failed, elsewhere, IsFirst(app), now) : failed;
        failed = failure.Problem.Code == StorageProblems.StateUnreadable ? failed with { AskedAt = state.AskedAt } : failed;
        failed = IsFirst(app) && (ServerChoice.IsHeldByServer(failure) || ServerChoice.IsOneOfSeveral(failure, wanted, failed)) ? failed with { AskedAt = now } : failed;
        return server is null ? failed : failed with { ClockSkew = orders.SkewAt(server.Server, settings.Read(app)), ClockSkewAt = now };
    }

    // Only what another server's limit left for it: the order is still to go there, whatever this one is missing.
    private static IReadOnlyList<LineageGate>? HeldElsewhere(ProblemException failure, ServerToAsk? server, WantedCertificate? wanted, bool isAskedFor, bool sparesRenewal) =>
        wanted is not null && server is { AllGates: { Count: > 0 } gates } && (server.PassedOver is not null || !wanted.IsPatient || isAskedFor) && ServerChoice.IsServersFault(failure)
            ? ForNames(wanted, gates, sparesRenewal)
            : null;

    // What fails may be of a name that is not on the certificate: the others are renewed once that is due.
    private bool IsOfMore(AppName app, WantedCertificate? wanted) =>
        wanted is not null && reader.StoredOf(app).Besides(wanted.Names).Count > 0;

    // What is over by now makes no pause longer.
    private LineageState WithoutWhatIsOver(AppName app)
    {
        var state = lineages.ReadState(app);
        try
        {
            return reader.ReadOf(app).Stored.State.LastFailure is null ? state.Forgotten() : state;
        }
        catch (ProblemException)
        {
            return state;
        }
    }

    /// <summary>Whether it is held back by the account at a server.</summary>
    public bool IsHeldByAccount(AppName app, string server)
    {
        try
        {
            return Outcomes.IsHeldByAccount(lineages.ReadState(app), server);
        }
        catch (ProblemException)
        {
            // Looked at again within a day.
            return false;
        }
    }

    /// <summary>What waited for that waits no longer. The caller holds the app's certificate.</summary>
    public void AccountForgotten(AppName app, string server) => lineages.WriteState(app, Outcomes.AccountForgotten(lineages.ReadState(app), server));

    /// <summary>Tells of what somebody has installed, or taken off; what failed before is over with that.</summary>
    public void TellByHand(AppName app, CertificateFacts? installed)
    {
        var now = time.GetUtcNow();
        if (installed is null)
        {
            TryEnd(app, now);
        }

        var kind = installed is null ? LineageEventKind.Removed : LineageEventKind.Installed;
        events.Publish(new LineageEvent(kind, app, now) { Names = installed?.Names ?? [], Expires = installed?.NotAfter });
    }

    private void TryEnd(AppName app, DateTimeOffset now)
    {
        try
        {
            if (lineages.ReadState(app) is { IsQuiet: false } state)
            {
                lineages.WriteState(app, state.Ended(now));
            }
        }
        catch (ProblemException)
        {
            // It is off all the same, and what failed before is told of.
        }
    }

    /// <summary>What the certificate in service is, where its server wants that replaced at once; null otherwise.</summary>
    public string? WhyReplaced(AppName app) => NearEnd.WhyReplaced(reader.StoredOf(app), time.GetUtcNow());

    /// <summary>Tells of what happened, with what is next; of one that was issued, with what <see cref="WhyReplaced"/> said before.</summary>
    public void Tell(AppName app, LineageEventKind kind, IReadOnlyList<string> names, WantedServer? server, Problem? problem, string? replaced = null)
    {
        var happened = new LineageEvent(kind, app, time.GetUtcNow()) { Names = names, Server = server?.Key, Problem = problem };
        try
        {
            var (stored, step) = reader.ReadOf(app, orderIsOver: kind == LineageEventKind.Issued);
            happened = happened with
            {
                Expires = stored.InService?.NotAfter,
                NextAttempt = renewal.IsOn ? step.OfCertificate.At : null,
                NextStep = step.At,
                Replaces = replaced ?? NearEnd.WhyReplaced(stored, happened.At),
            };
        }
        catch (ProblemException) when (problem is not null)
        {
            // What failed is what is to be told, not what cannot be read because of it.
        }

        events.Publish(happened);
    }
}
