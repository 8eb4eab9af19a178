using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Notices;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:status</c>: what each certificate is waiting for, and why.</summary>
public sealed class StatusCommands(StatusReport report, NoticeLog notices, LineageReader reader, WaitingWords waiting, DaemonSilence silence, AppCatalog apps)
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
            return PrintAll(call);
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
                    ? (step.OfCertificate.At ?? DateTimeOffset.MinValue, [app.Text, waiting.When(app, step), call.Caller.AsCalled(waiting.Of(app, stored, step))])
                    : null;
            }
            catch (ProblemException e)
            {
                status = UnreadableApp.Warn(call, app, e.Problem);
                return null;
            }
        }
    }
}
