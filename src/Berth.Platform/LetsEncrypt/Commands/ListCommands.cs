using System.Globalization;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:list</c>, <c>letsencrypt:ls</c> in 2016: all certificates of ACME servers, the first to expire first.</summary>
public sealed class ListCommands(
    LetsEncryptSettingsStore settings,
    CertificatePlanner planner,
    LineageReader reader,
    LimitsAhead ahead,
    AccountsAhead accounts,
    WaitingWords waiting,
    AutoRenewal renewal,
    DaemonSilence silence,
    CertificateFiles certificates,
    AppCatalog apps,
    TimeProvider time)
{
    private const string Description = "List the apps with certificates and their expiry";

    // Of a thousand lines sent one by one, the sending costs more than what they say; one text of them all, a collection of all garbage.
    private const int Piece = 16_000;

    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:list", "[--format json]", Description, ListAsync),
        new("letsencrypt:ls", "[--format json]", Description, ListAsync),
    ];

    private async Task<int> ListAsync(CommandCall call)
    {
        var json = ReportRequest.IsJson(call.Parse([], ["--format"]).AtMost(0).Value("--format"));
        var rows = await RowsAsync(call.Cancel);
        if (json)
        {
            await PrintJsonAsync(rows, call);
            WarnOfSilence(rows, call);
        }
        else
        {
            PrintLines(rows, call);
        }

        // One app's files that cannot be read hide no other's.
        return rows.Any(row => row.Facts is null) ? 1 : 0;
    }

    private async Task<List<Row>> RowsAsync(CancellationToken cancel)
    {
        using var moment = apps.AsOfNow();
        var (graceOf, isWell, asksAccounts, rows) = (settings.GracePeriods(), planner.Glances(), accounts.KnowsClosed, new List<Row>());
        foreach (var app in apps.List())
        {
            if (await TryRowAsync(app, one => reader.GlanceAt(one, graceOf, isWell), asksAccounts, cancel) is { } row)
            {
                rows.Add(row);
            }
        }

        return [.. rows.OrderBy(row => row.Facts?.NotAfter ?? DateTimeOffset.MaxValue)];
    }

    private async ValueTask<Row?> TryRowAsync(AppName app, Func<AppName, (LineageStored, LineageStep)> glanceAt, bool asksAccounts, CancellationToken cancel)
    {
        try
        {
            var (facts, fromAcme, damage) = certificates.InServiceOf(app);
            if (!fromAcme)
            {
                return null;
            }

            var (stored, step) = glanceAt(app);
            var closed = asksAccounts && stored.State.LastFailure is null ? await accounts.OfAsync(app, cancel) : null;
            step = await ahead.StepAsync(app, stored, step, cancel);
            var failure = step.Told(step.FailureOf(stored.State), renewal.IsOn) ?? ((closed ?? step.ObstacleAhead) is { } problem ? LineageFailure.Of(problem, time.GetUtcNow()) : null);
            return new Row(app, facts, step.OfCertificate.At ?? default, damage is null ? failure : Told(app, damage, failure));
        }
        catch (ProblemException e)
        {
            return new Row(app, null, default, LineageFailure.Of(e.Problem, time.GetUtcNow()));
        }
    }

    // Where another was ordered and could not be had, that is what to mend.
    private LineageFailure Told(AppName app, CertificateDamage damage, LineageFailure? failure)
    {
        var problem = LetsEncryptProblems.FilesDamaged(app, damage);
        return LineageFailure.Of(
            damage.IsKept || failure is null ? problem : problem with { Found = $"{problem.Found} Another could not be had: {Sentences.Inside(failure.Found)}", Remedy = failure.Remedy },
            time.GetUtcNow());
    }

    private void PrintLines(List<Row> rows, CommandCall call)
    {
        var now = time.GetUtcNow();
        if (!call.Caller.Quiet)
        {
            call.Output.Line($"{"----->",-6} {"App name",-18} {"Certificate Expiry",-25} {"Time before expiry",-25} {"Time before renewal",-25}");
        }

        var lines = new StringBuilder(2 * Piece);
        foreach (var row in rows)
        {
            if (row.Facts is { } facts)
            {
                Append(lines, row.App.Text, facts, now, row.Renewal);
            }

            if (row.Failure is { } failure)
            {
                Send(lines, call.Output);
                call.Output.Warn(Printable.Of($"{row.App}: {Sentences.Inside(failure.Found)} ({call.Caller.AsCalled(Sentences.Standing(failure.Remedy, row.App))})", 2000));
            }

            if (waiting.UnderWayOf(row.App) is { } words)
            {
                Send(lines, call.Output);
                call.Output.ErrorLine($"       {row.App}: {words}");
            }

            if (lines.Length > Piece)
            {
                Send(lines, call.Output);
            }
        }

        Send(lines, call.Output);
        WarnOfRest(rows, call);
    }

    // What no line is about: of those that were asked for and are not there, and of all.
    private void WarnOfRest(List<Row> rows, CommandCall call)
    {
        using var moment = apps.AsOfNow();
        foreach (var app in apps.List().Except(rows.Select(row => row.App)))
        {
            if (waiting.OfFirst(app) is { } words)
            {
                call.Output.Warn(call.Caller.AsCalled(words));
            }
        }

        WarnOfSilence(rows, call);
        if (rows.Count > 0 && !renewal.IsOn)
        {
            call.Output.Warn(call.Caller.AsCalled("Renewal by the daemon is off: `berth letsencrypt:auto-renew` renews what is due, `berth letsencrypt:cron-job --add` has the daemon do it."));
        }
    }

    private void WarnOfSilence(List<Row> rows, CommandCall call)
    {
        if (rows.Count > 0)
        {
            silence.Warn(call.Output);
        }
    }

    private static async Task PrintJsonAsync(List<Row> rows, CommandCall call)
    {
        var text = new StringBuilder("[", 2 * Piece);
        var mark = "";
        foreach (var row in rows)
        {
            text.Append(mark).Append(AsJson(row, call.Caller));
            mark = ",";
            if (text.Length > Piece)
            {
                Send(text, call.Output);
                await call.Output.FlushAsync(call.Cancel);
            }
        }

        Send(text.Append("]\n"), call.Output);
    }

    private static string AsJson(Row row, Caller caller) => PlainJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("app", row.App.Text);
        writer.WriteStartArray("names");
        foreach (var name in row.Facts?.Names ?? [])
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteString("expires_at", row.Facts is { } facts ? PlainJson.Time(facts.NotAfter) : "");
        writer.WriteString("renewal_at", row.Facts is null ? "" : PlainJson.Time(row.Renewal));
        writer.WriteString("problem", row.Failure?.Code ?? "");
        writer.WriteString("found", row.Failure?.Found ?? "");
        writer.WriteString("remedy", row.Failure is { } failure ? caller.AsCalled(Sentences.Standing(failure.Remedy, row.App)) : "");
        writer.WriteEndObject();
    });

    private static void Append(StringBuilder lines, string app, CertificateFacts facts, DateTimeOffset now, DateTimeOffset renewal) => lines.Append(
        CultureInfo.InvariantCulture,
        $"{app,-25} {facts.NotAfter.LocalDateTime,-25:yyyy-MM-dd HH:mm:ss} {RemainingTime.Format(facts.NotAfter - now),-25} {((renewal - now).Duration() < TimeSpan.FromSeconds(1) ? "now" : RemainingTime.Format(renewal - now)),-25}\n");

    private static void Send(StringBuilder lines, CommandOutput output)
    {
        if (lines.Length > 0)
        {
            output.Raw(lines.ToString());
            lines.Clear();
        }
    }

    private sealed record Row(AppName App, CertificateFacts? Facts, DateTimeOffset Renewal, LineageFailure? Failure);
}
