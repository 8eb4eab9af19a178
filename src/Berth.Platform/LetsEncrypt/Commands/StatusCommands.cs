using System.Globalization;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Metrics;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary>
/// <c>letsencrypt:status</c>: what each certificate is waiting for, and why; and <c>letsencrypt:rollback</c>, the way back to one of those it lists.
/// </summary>
public sealed class StatusCommands(
    ICertificateManager manager,
    CertificatePlanner planner,
    LineageReader reader,
    LineageFiles lineages,
    Bundles bundles,
    OrdersUnderWay underWay,
    WaitingWords waiting,
    Heartbeat heartbeat,
    AppCatalog apps,
    TimeProvider time)
{
    // The daemon looks every five minutes.
    private static readonly TimeSpan Silence = TimeSpan.FromMinutes(15);

    /// <summary>Whether this is the daemon.</summary>
    public required bool IsDaemon { get; init; }

    private static readonly Report Shape = new("letsencrypt-", "letsencrypt status");

    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:rollback", "<app> [<certificate>]", "Put an earlier certificate into service again", RollBackAsync) { NeedsDaemon = true },
        new("letsencrypt:status", "[<app>] [--format json] [<flag>]", "Show what each certificate is waiting for, and why", StatusAsync),
    ];

    private async Task<int> StatusAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        WarnOfSilence(call.Output);
        if (request.Subject is null && !request.Json && request.Flag is null)
        {
            return PrintAll(call);
        }

        var status = 0;
        foreach (var app in apps.Reported(request, call))
        {
            try
            {
                await PrintAsync(app, request, call);
            }
            catch (ProblemException e) when (request.Subject is null)
            {
                // One app's files that cannot be read hide no other's.
                status = Warn(call, app, e.Problem);
            }
        }

        return status;
    }

    private static int Warn(CommandCall call, AppName app, Problem problem)
    {
        call.Output.Warn($"{app}: {Sentences.Inside(problem.Found)} ({call.Caller.AsCalled(problem.Remedy)})");
        return 1;
    }

    private async Task PrintAsync(AppName app, ReportRequest request, CommandCall call)
    {
        var values = await OfAsync(app, request.Json, call.Cancel);
        if (request.Json)
        {
            // Lines have a headline that says it.
            values["letsencrypt-app"] = app.Text;
        }

        Shape.Print(call.Output, app.Text, values.ToDictionary(pair => pair.Key, pair => call.Caller.AsCalled(pair.Value), StringComparer.Ordinal), request);
    }

    // All that is told of the future is the daemon's to do.
    private void WarnOfSilence(CommandOutput output)
    {
        if (!IsDaemon)
        {
            output.Warn("No daemon answers: nothing of this is done by itself until one runs (berth serve).");
        }

        var last = heartbeat.LastLook;
        if (last is null || time.GetUtcNow() - last > Silence)
        {
            output.Warn($"The daemon has {(last is { } at ? $"not looked at certificates since {Time(at)}" : "never looked at certificates")}: nothing is renewed by itself until it runs.");
        }
    }

    private int PrintAll(CommandCall call)
    {
        using var moment = apps.AsOfNow();
        var (output, status) = (call.Output, 0);
        var rows = apps.List().Select(TryRow).OfType<(DateTimeOffset At, string[] Row)>().OrderBy(row => row.At).Select(row => row.Row).ToArray();
        if (rows.Length == 0)
        {
            if (status == 0)
            {
                output.Step("No app has a certificate from letsencrypt, or waits for one");
            }

            return status;
        }

        foreach (var line in Columns.Lay(rows.Prepend(["App", "Next", "Why"])))
        {
            output.Line(line);
        }

        return status;

        (DateTimeOffset At, string[] Row)? TryRow(AppName app)
        {
            try
            {
                var (stored, step) = reader.ReadOf(app);
                return waiting.IsWorthTelling(app, stored, step)
                    ? (step.At ?? DateTimeOffset.MinValue, [app.Text, step.At is { } at ? In(at) : "", waiting.Of(app, stored, step)])
                    : null;
            }
            catch (ProblemException e)
            {
                status = Warn(call, app, e.Problem);
                return null;
            }
        }
    }

    private async Task<Dictionary<string, string>> OfAsync(AppName app, bool forPrograms, CancellationToken cancel)
    {
        var (stored, step) = reader.ReadOf(app);
        var state = stored.State;
        var order = await lineages.JournalOf(app).LoadAsync(cancel);
        var wanted = TryPlan(app);
        var advice = state.Advice is { } known && known.Serial == stored.InService?.Serial ? known.Plan : null;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["letsencrypt-next"] = step.Action == LineageAction.None ? "nothing" : Spoken(step.Action),
            ["letsencrypt-next-at"] = step.At is not { } at ? "" : forPrograms ? PlainJson.Time(at) : $"{Time(at)} ({In(at)})",
            ["letsencrypt-waiting-for"] = waiting.Of(app, stored, step),
            ["letsencrypt-gates"] = waiting.GatesOf(stored, step),
            ["letsencrypt-page"] = state.Gates.Select(gate => gate.Page).FirstOrDefault(page => page is not null) ?? "",
            ["letsencrypt-failures"] = state.Failures.ToString(CultureInfo.InvariantCulture),
            ["letsencrypt-last-error"] = Failure(step.Refusal ?? state.LastFailure),
            ["letsencrypt-last-success"] = state.LastSuccess is not { } success ? "" : forPrograms ? PlainJson.Time(success) : Time(success),
            ["letsencrypt-failing-names"] = Joined([
                .. Wanted(state.Failing, wanted).Select(name => $"{name.Name}: {name.Words}, tried again at {Time(name.RetryAt)}"), .. wanted?.LeftOut.Select(problem => $"{problem.Found} ({problem.Remedy})") ?? []]),
            ["letsencrypt-servers"] = Joined(state.Issuers.Select(pair => $"{pair.Key}: {pair.Value.Failures} failures, the last: {Failure(pair.Value.LastFailure)}")),
            ["letsencrypt-clock"] = state.ClockSkew is { } skew ? ClockWords.Of(skew) : "",
            ["letsencrypt-issued-by"] = state.IssuedBy ?? "",
            ["letsencrypt-profile"] = state.Profile ?? "",
            ["letsencrypt-order"] = order is null ? "" : Order(order),
            ["letsencrypt-challenges"] = Joined(underWay.LinesOf(app)),
            ["letsencrypt-suggested-window"] = advice is null ? ""
                : forPrograms ? $"{PlainJson.Time(advice.WindowStart)}/{PlainJson.Time(advice.WindowEnd)}"
                : $"{Time(advice.WindowStart)} to {Time(advice.WindowEnd)}",
            ["letsencrypt-suggested-because"] = advice?.ExplanationUrl is { } page ? Printable.Of(page, 2048) : "",
            ["letsencrypt-certificates"] = Joined(bundles.Of(app).Select(Kept)),
        };
    }

    // One that was taken away since is nobody's concern.
    private static IEnumerable<FailingName> Wanted(IReadOnlyList<FailingName> failing, WantedCertificate? wanted) =>
        wanted is null ? failing : failing.Where(name => wanted.Names.Any(other => other.Text == name.Name));

    /// <returns>Null where nothing could be ordered as things are, which is told elsewhere.</returns>
    private WantedCertificate? TryPlan(AppName app)
    {
        try
        {
            return planner.Plan(app);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    private async Task<int> RollBackAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.At(0));
        call.Output.Headline($"Rolling back the certificate of {app}");
        var bundle = await manager.RollBackAsync(app, words.At(1), call.Cancel);
        var missing = (TryPlan(app)?.Names ?? []).Where(name => !CertificateNames.Cover(bundle.Facts!.Names, name)).ToArray();
        if (missing.Length > 0)
        {
            call.Output.Warn($"It is not for {string.Join(", ", missing.Take(5).Select(name => name.Text))}{(missing.Length > 5 ? $" and {missing.Length - 5} more" : "")}: visitors of these are warned. berth letsencrypt:enable {app} --force gets one for all.");
        }

        call.Output.Step($"In service: {bundle.Name[..Math.Min(8, bundle.Name.Length)]}, {string.Join(", ", bundle.Facts!.Names)}, until {Time(bundle.Facts.NotAfter)}");
        return 0;
    }

    private static string Failure(LineageFailure? failure) => failure is null
        ? ""
        : Joined([$"{(failure.At is { } at ? $"{Time(at)}: " : "")}{failure.Found} ({failure.Remedy})", .. failure.Details]);

    private static string Order(PendingOrder order) => $"{Spoken(order.Stage)}{(order.OrderUrl is null ? "" : $": {order.OrderUrl}")}";

    private static string Kept(Bundle bundle) =>
        $"{bundle.Name[..Math.Min(8, bundle.Name.Length)]}{(bundle.IsCurrent ? " (current)" : "")} until {(bundle.Facts is { } facts ? Time(facts.NotAfter) : "unreadable")}";

    private static string Spoken(LineageAction action) => action switch
    {
        LineageAction.Restore => "put the certificate back",
        LineageAction.Resume => "go on with the order",
        LineageAction.Order => "order",
        LineageAction.Renew => "renew",
        _ => "ask the server when to renew",
    };

    private static string Spoken(OrderStage stage) => stage switch
    {
        OrderStage.KeySaved => "about to be ordered",
        OrderStage.Ordered => "ordered, names being proved",
        OrderStage.Finalizing => "signing request sent",
        OrderStage.Finalized => "issued",
        _ => "downloaded",
    };

    private string In(DateTimeOffset at) => at <= time.GetUtcNow() ? "now" : $"in {RemainingTime.Format(at - time.GetUtcNow())}";

    private static string Joined(IEnumerable<string> lines) => string.Join("; ", lines);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
