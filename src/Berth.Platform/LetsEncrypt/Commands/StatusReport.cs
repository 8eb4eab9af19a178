using System.Globalization;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary>All that <c>letsencrypt:status</c> tells of one app's certificate.</summary>
public sealed class StatusReport(
    LineageReader reader,
    LineageFiles lineages,
    Bundles bundles,
    OrdersUnderWay underWay,
    WaitingWords waiting,
    LimitsAhead ahead,
    AccountsAhead accounts,
    AutoRenewal renewal,
    TimeProvider time)
{
    private const int Longest = 20_000;
    private static readonly Report Shape = new("letsencrypt-", "letsencrypt status") { LeavesEmptyOut = true };

    /// <param name="app">Whose.</param>
    /// <param name="last">What has happened to its certificate last.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="call">Where it is printed.</param>
    public async Task PrintAsync(AppName app, Notice? last, ReportRequest request, CommandCall call)
    {
        var values = await OfAsync(app, last, request, call.Cancel);
        if (request.Json)
        {
            // Lines have a headline that says it.
            values["letsencrypt-app"] = app.Text;
        }

        // Kept in files, which anybody may have written.
        Shape.Print(call.Output, app.Text, values.ToDictionary(pair => pair.Key, pair => Printable.Of(call.Caller.AsCalled(pair.Value), Longest), StringComparer.Ordinal), request);
    }

    private async Task<Dictionary<string, string>> OfAsync(AppName app, Notice? last, ReportRequest request, CancellationToken cancel)
    {
        var (stored, step) = reader.ReadOf(app);
        var (state, forPrograms) = (stored.State, request.Json);

        // One who reads lines has read it in another of them already.
        var isLines = request is { Json: false, Flag: null };
        var failure = step.Refusal ?? state.LastFailure ?? (step.LeftOut.Count == 0 ? step.Want : null);
        var problem = step.FailureOf(state);
        var (wanted, asked, shut, put) = await ahead.OfStepAsync(app, stored, step, cancel);
        var order = await lineages.JournalOf(app).LoadAsync(cancel);
        var advice = state.Advice is { } known && known.Serial == stored.InService?.Serial ? known.Plan : null;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["letsencrypt-next"] = waiting.What(app, stored, put),
            ["letsencrypt-next-at"] = NextAt(app, put.OfCertificate, forPrograms),
            ["letsencrypt-asks-server-at"] = step.Action == LineageAction.AskAdvice && renewal.IsOn ? At(step.At, forPrograms) : "",
            ["letsencrypt-waiting-for"] = waiting.Of(app, stored, put),
            ["letsencrypt-gates"] = Joined(
            [
                waiting.GatesOf(stored, isLines ? put : step, besides: isLines),
                .. shut.Select(GateWords.Of),
                .. GateWords.Of(await accounts.OfAsync(app, wanted, asked, state, cancel)),
            ]),
            ["letsencrypt-page"] = state.Gates.FirstOrDefault(gate => gate.Page is not null && gate.Until > time.GetUtcNow())?.Page ?? "",
            ["letsencrypt-failures"] = isLines && state.Failures == 0 ? "" : state.Failures.ToString(CultureInfo.InvariantCulture),
            ["letsencrypt-last-error"] = Failure(app, step.Told(isLines ? failure : problem, renewal.IsOn)),
            ["letsencrypt-unkept"] = isLines ? "" : Failure(app, lineages.UnkeptOf(app)),
            ["letsencrypt-problem"] = problem is null ? "" : forPrograms ? problem.Code : $"{problem.Code} (`berth explain {problem.Code}`)",
            ["letsencrypt-last-success"] = At(state.LastSuccess, forPrograms, isAhead: false),
            ["letsencrypt-last-event"] = last is null || (isLines && failure is not null) ? "" : $"{Holds.Time(last.At)}: {Printable.Of(Sentences.Ended(last.Sentence), 600)}",
            ["letsencrypt-failing-names"] = Joined([.. Failing(state, step, isLines), .. wanted?.LeftOut.Select(problem => $"{problem.Found} ({problem.Remedy})") ?? []]),
            ["letsencrypt-servers"] = Joined([.. Choice(wanted, asked, state, put.OfCertificate, stored.InService is null), .. Standings(app, state, step)]),
            ["letsencrypt-clock"] = ClockWords.Of(state) ?? "",
            ["letsencrypt-issued-by"] = stored.InService is null ? "" : state.IssuedBy ?? "",
            ["letsencrypt-profile"] = stored.InService is null ? "" : state.Profile ?? "",
            ["letsencrypt-order"] = order is null ? "" : Order(order),
            ["letsencrypt-challenges"] = Joined(underWay.LinesOf(app)),
            ["letsencrypt-suggested-window"] = advice is null ? ""
                : forPrograms ? $"{PlainJson.Time(advice.WindowStart)}/{PlainJson.Time(advice.WindowEnd)}"
                : $"{Holds.Time(advice.WindowStart)} to {Holds.Time(advice.WindowEnd)}",
            ["letsencrypt-suggested-because"] = advice?.ExplanationUrl is { } page ? Printable.Of(page, 2048) : "",
            ["letsencrypt-certificates"] = Joined(bundles.Of(app).Select(bundle => Kept(app, bundle, isInstalling: order?.Stage == OrderStage.Downloaded))),
        };
    }

    private string NextAt(AppName app, LineageStep next, bool forPrograms) =>
        !waiting.IsUnderWay(app) ? At(next.At, forPrograms) + (renewal.IsOn || next.At is null || forPrograms ? "" : ", by hand")
        : forPrograms ? PlainJson.Time(time.GetUtcNow())
        : "now";

    // By what has failed at each by then: one that fails now may have its turn again.
    private IEnumerable<string> Choice(WantedCertificate? wanted, ServerToAsk? asked, LineageState state, LineageStep next, bool isFirst)
    {
        if (wanted is null || asked is null || wanted.Servers.Count + wanted.Unusable.Count <= 1)
        {
            return [];
        }

        var when = next.Action == LineageAction.Renew && !next.IsDue(time.GetUtcNow()) ? "first when it is renewed" : "next";
        var because = asked.PassedOver is { } why ? $" ({why})" : "";
        var until = wanted.Servers.Count > 1 ? Until(asked, state, isFirst) : "";
        return [.. wanted.Unusable.Select(problem => problem.Found.TrimEnd('.')), $"{asked.Server.Word} is asked {when}{because}{until}"];
    }

    private static string Until(ServerToAsk asked, LineageState state, bool isFirst) =>
        (state.Issuers.GetValueOrDefault(asked.Server.Key)?.Failures ?? 0) < ServerChoice.Patience
            ? $", another once it has failed {ServerChoice.Patience} times in a row{(isFirst ? ", or at once where it is ordered by hand" : "")}"
        : asked.AllGates.FirstOrDefault(gate => gate.Server != asked.Server.Key) is { } gate ? $", though it keeps failing, for another cannot be: {GateWords.Of(gate).TrimEnd('.')}"
        : "";

    private IEnumerable<string> Standings(AppName app, LineageState state, LineageStep step) => state.Issuers
        .Where(pair => pair.Value.Failures > 0)
        .Select(pair => $"{pair.Key}: {Count(pair.Value.Failures)}, the last: {(state.LastFailure is null ? pair.Value.LastFailure.Found : Failure(app, step.Told(pair.Value.LastFailure, renewal.IsOn)))}");

    // Without a certificate none is tried again by itself, and the last error says it of each.
    private IEnumerable<string> Failing(LineageState state, LineageStep step, bool isLines) => state.Failing
        .Where(name => !isLines || state.LastFailure?.Names.Contains(name.Name) != true)
        .Select(name => $"{Sentences.OfName(name.Name, name.Words).TrimEnd('.')}{(step.Action == LineageAction.None ? "" : $", tried again at {Holds.Time(RetryOf(name, step.OfCertificate))}{(renewal.IsOn ? "" : ", by hand")}")}");

    // All that is wanted is ordered at once, but of what was ordered, or held back by a limit, without it.
    private static DateTimeOffset RetryOf(FailingName name, LineageStep next) =>
        name.RetryAt > next.At && (next.Action is LineageAction.Resume or LineageAction.Restore || next.Gate?.Names?.Contains(name.Name) == false) ? name.RetryAt : next.At!.Value;

    private static string Failure(AppName app, LineageFailure? failure) => failure is null
        ? ""
        : Joined([$"{(failure.At is { } at ? $"{Holds.Time(at)}: " : "")}{failure.Found} ({Sentences.Standing(failure.Remedy, app)})", .. failure.Details]);

    private static string Order(PendingOrder order) => $"{Spoken(order.Stage)}{(order.OrderUrl is null ? "" : $": {order.OrderUrl}")}";

    private static string Kept(AppName app, Bundle bundle, bool isInstalling) => bundle switch
    {
        { Facts: { } facts } => $"{bundle.ShortName}{(bundle.IsCurrent ? " (current)" : "")} until {Holds.Time(facts.NotAfter)}",
        { IsCurrent: true } => $"{bundle.ShortName} (current), a copy that is damaged: the next certificate has a whole one",
        _ when isInstalling => $"{bundle.ShortName}, about to be installed",
        _ => $"{bundle.ShortName}, damaged: `berth letsencrypt:cleanup {app}` deletes it, and the other earlier ones",
    };

    private static string Spoken(OrderStage stage) => stage switch
    {
        OrderStage.KeySaved => "about to be ordered",
        OrderStage.Ordered => "ordered, names being proved",
        OrderStage.Finalizing => "signing request sent",
        _ => "downloaded",
    };

    private string At(DateTimeOffset? time, bool forPrograms, bool isAhead = true) =>
        time is not { } at ? "" : forPrograms ? PlainJson.Time(at) : isAhead ? $"{Holds.Time(at)} ({waiting.Until(at)})" : Holds.Time(at);

    private static string Count(int failures) => failures == 1 ? "1 failure" : $"{failures} failures";

    private static string Joined(IEnumerable<string> lines) => string.Join("; ", lines.Where(line => line.Length > 0));
}
