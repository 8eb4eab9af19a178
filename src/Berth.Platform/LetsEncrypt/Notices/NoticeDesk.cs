using System.Collections.Concurrent;
using System.Text.Json;
using Berth.Acme;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Notices;

/// <summary>
/// Where what happens to certificates becomes notices: written down first, then sent. A person is told by mail once of a failure that needs
/// one, and of a certificate that should have been renewed when it has a sixth of its lifetime left, half of that, and none.
/// </summary>
public sealed class NoticeDesk(NoticeLog log, NoticeDelivery delivery, CertificateFiles certificates, IStateStore store, INoticeFaults faults, TimeProvider time)
    : ILineageEvents
{
    private const int WarnPart = 6;
    private const int LatePart = 4;

    // What people were told while the disk took nothing: a mail for each attempt helps nobody.
    private readonly ConcurrentDictionary<AppName, ToldState> _unwritten = new();

    public void Publish(LineageEvent happened)
    {
        var needsYou = happened is { Kind: LineageEventKind.Failed, Problem: { } problem } && NeedsPerson(problem);
        var told = ReadTold(happened.App);
        var isNews = needsYou && !told.KnowsOf(happened.Problem!.Code);
        var notice = NoticeOf(happened) with { NeedsYou = needsYou };
        if (happened.Kind is LineageEventKind.Installed or LineageEventKind.Removed)
        {
            // Who did it knows; plugins have a trigger of their own.
            TryKeep(happened.App, notice);
            return;
        }

        Tell(happened.App, notice, isNews);

        // Afterwards: told once too often after a crash is better than not at all.
        if (happened.Kind == LineageEventKind.Issued)
        {
            if (told != new ToldState())
            {
                WriteTold(happened.App, new ToldState());
            }
        }
        else if (isNews && delivery.IsMailWanted(happened.App))
        {
            WriteTold(happened.App, told.With(happened.Problem!.Code));
        }
    }

    /// <summary>Warns of a certificate that ends soon and should have been renewed by now: once, again at half of what it had left then, and at its end.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="renewalOf">When it is due.</param>
    public void Look(AppName app, Func<AppName, CertificateFacts, DateTimeOffset> renewalOf)
    {
        try
        {
            WarnOf(app, facts => renewalOf(app, facts));
        }
        catch (ProblemException e)
        {
            faults.NotSent(app, "log", e.Problem.Found);
        }
    }

    /// <summary>When a certificate's owner is told that it ends: with a sixth of its lifetime left; where it is due later than that, a quarter of the time from then on.</summary>
    public static DateTimeOffset WarningOf(CertificateFacts facts, DateTimeOffset renewal)
    {
        var (usual, late) = (Usual(facts), renewal + ((facts.NotAfter - renewal) / LatePart));
        return late > usual ? late : usual;
    }

    private static DateTimeOffset Usual(CertificateFacts facts) => facts.NotAfter - ((facts.NotAfter - facts.NotBefore) / WarnPart);

    private void WarnOf(AppName app, Func<CertificateFacts, DateTimeOffset> renewalOf)
    {
        // Of very many apps, few are as far.
        var now = time.GetUtcNow();
        if (certificates.InServiceOf(app) is not { FromAcme: true, Facts: { } facts } || Usual(facts) > now || StageOf(facts, DueOf(facts, renewalOf), now) is not { } stage)
        {
            return;
        }

        var told = ReadTold(app);

        // Told in what is still to come: under a clock that was ahead, and too early.
        if (told.ExpiringSerial == facts.Serial && (told.ExpiringAt is not { } at || (at >= stage && at <= now)))
        {
            return;
        }

        var notice = new Notice
        {
            Event = "expiring",
            App = app.Text,
            At = now,
            Names = facts.Names,
            Expires = facts.NotAfter,
            NeedsYou = true,
            Remedy = $"`berth letsencrypt:status {app}` says why it was not renewed; `berth letsencrypt:enable {app}` tries now.",
        };
        Tell(app, notice, byMail: true);
        WriteTold(app, told with { ExpiringSerial = facts.Serial, ExpiringAt = now });
    }

    // Where nobody can tell when it is due its end is warned of all the same.
    private static DateTimeOffset DueOf(CertificateFacts facts, Func<CertificateFacts, DateTimeOffset> renewalOf)
    {
        try
        {
            return renewalOf(facts);
        }
        catch (ProblemException)
        {
            return facts.NotBefore;
        }
    }

    // When the warning was due that is the last so far; null before the first. A mail may be lost, and its reader away.
    private static DateTimeOffset? StageOf(CertificateFacts facts, DateTimeOffset renewal, DateTimeOffset now)
    {
        var first = WarningOf(facts, renewal);
        return new DateTimeOffset?[] { facts.NotAfter, first + ((facts.NotAfter - first) / 2), first }.FirstOrDefault(stage => stage <= now);
    }

    private void Tell(AppName app, Notice notice, bool byMail)
    {
        TryKeep(app, notice);
        delivery.Add(app, notice, byMail);
    }

    private void TryKeep(AppName app, Notice notice)
    {
        try
        {
            log.Add(notice);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ProblemException)
        {
            // What cannot be written down is sent all the same: a full disk is when it matters.
            faults.NotSent(app, "log", Printable.Of(e.Message));
        }
    }

    private static Notice NoticeOf(LineageEvent happened) => new()
    {
        Event = WordOf(happened.Kind),
        App = happened.App.Text,
        At = happened.At,
        Names = happened.Names,
        Server = happened.Server,
        Code = happened.Problem?.Code.Id,
        Found = happened.Problem?.Found,
        Remedy = happened.Problem is { } problem ? Sentences.Standing(problem.Remedy, happened.App) : null,
        Replaces = happened.Replaces,
        Expires = happened.Expires,
        NextAttempt = happened.NextAttempt,
    };

    private static string WordOf(LineageEventKind kind) => kind switch
    {
        LineageEventKind.Issued => "issued",
        LineageEventKind.Failed => "failed",
        LineageEventKind.Held => "held",
        LineageEventKind.FellOver => "fell-over",
        LineageEventKind.Revoked => "revoked",
        LineageEventKind.Disabled => "disabled",
        LineageEventKind.RolledBack => "rolled-back",
        LineageEventKind.Restored => "restored",
        LineageEventKind.Installed => "installed",
        LineageEventKind.Removed => "removed",
        _ => "changed",
    };

    // What the server or the way to it is at fault for mends itself; a clock and a pause do not. Who installs another certificate meanwhile has done what is to be done.
    private static bool NeedsPerson(Problem problem) => problem.Code != LetsEncryptProblems.InServiceReplaced && (
        !AcmeProblems.IsTransient(problem.Code) || problem.Code == AcmeProblems.ClockWrong || problem.Code == AcmeProblems.NamePaused);

    private ToldState ReadTold(AppName app)
    {
        if (_unwritten.TryGetValue(app, out var known))
        {
            return known;
        }

        try
        {
            return store.Read(PathOf(app)) is { } text ? JsonSerializer.Deserialize(text, NoticeJson.Default.ToldState) ?? new ToldState() : new ToldState();
        }
        catch (Exception e) when (e is JsonException or ProblemException)
        {
            // Told once too often is better than not at all.
            return new ToldState();
        }
    }

    private void WriteTold(AppName app, ToldState told)
    {
        try
        {
            store.Write(PathOf(app), JsonSerializer.Serialize(told, NoticeJson.Default.ToldState));
            _unwritten.TryRemove(app, out _);
        }
        catch (ProblemException e)
        {
            _unwritten[app] = told;
            faults.NotSent(app, "log", e.Problem.Found);
        }
    }

    private static StatePath PathOf(AppName app) => AppCatalog.FolderOf(app).Slash("letsencrypt", "told.json");
}
