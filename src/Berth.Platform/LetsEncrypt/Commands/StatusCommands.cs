using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Notices;
using Berth.Platform.LetsEncrypt.Orders;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:status</c>: what each certificate is waiting for, and why.</summary>
public sealed class StatusCommands(StatusReport report, NoticeLog notices, LineageReader reader, LimitsAhead ahead, AccountsAhead accounts, WaitingWords waiting, DaemonSilence silence, AppCatalog apps)
{
    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:status", "[<app>] [--format json] [<flag>]", "Show what each certificate is waiting for, and why", StatusAsync),
    ];

    private async Task<int> StatusAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        silence.Warn(call.Output);
        if (request.Subject is null && !request.Json && request.Flag is null)
        {
            return await PrintAllAsync(call);
        }

        var status = 0;
        var events = request.Subject is null ? notices.LastOfEach() : null;
        foreach (var app in apps.Reported(request, call))
        {
            try
            {
                var last = events is not null ? events.GetValueOrDefault(app.Text) : notices.Last(app, 1) is [var only] ? only : null;
                await report.PrintAsync(app, last, request, call);
            }
            catch (ProblemException e) when (request.Subject is null)
            {
                status = UnreadableApp.Warn(call, app, e.Problem);
            }
        }

        return status;
    }

    private async Task<int> PrintAllAsync(CommandCall call)
    {
        using var moment = apps.AsOfNow();
        var (output, status, asksAccounts) = (call.Output, 0, accounts.KnowsClosed);
        var rows = new List<(DateTimeOffset At, string[] Row)>();
        foreach (var app in apps.List())
        {
            if (await TryRowAsync(app) is { } row)
            {
                rows.Add(row);
            }
        }

        if (rows.Count == 0)
        {
            if (status == 0)
            {
                output.Step("No app has a certificate from letsencrypt, or waits for one");
            }

            return status;
        }

        foreach (var line in Columns.Lay(rows.OrderBy(row => row.At).Select(row => row.Row).Prepend(["App", "Next", "Why"])))
        {
            output.Line(line);
        }

        return status;

        async ValueTask<(DateTimeOffset At, string[] Row)?> TryRowAsync(AppName app)
        {
            try
            {
                var (stored, step) = reader.ReadOf(app);
                if (!waiting.IsWorthTelling(app, stored, step))
                {
                    return null;
                }

                var closed = asksAccounts && GateWords.Of(await accounts.OfAsync(app, call.Cancel)) is [var account] ? $"; {Sentences.Inside(account)}" : "";
                var acts = stored.State.Gates.Any(gate => gate.Kind == GateKind.UserAction) && waiting.GatesOf(stored, step, besides: true) is { Length: > 0 } gates ? $"; {gates}" : "";
                step = await ahead.StepAsync(app, stored, step, call.Cancel);
                return (step.OfCertificate.At ?? DateTimeOffset.MinValue, [app.Text, waiting.When(app, step), call.Caller.AsCalled(waiting.Of(app, stored, step) + closed + acts)]);
            }
            catch (ProblemException e)
            {
                status = UnreadableApp.Warn(call, app, e.Problem);
                return null;
            }
        }
    }
}
