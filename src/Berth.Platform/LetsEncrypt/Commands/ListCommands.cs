using System.Globalization;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:list</c>, <c>letsencrypt:ls</c> in 2016: all certificates of ACME servers, the first to expire first.</summary>
public sealed class ListCommands(
    LetsEncryptSettingsStore settings, LineageReader reader, LineageFiles lineages, CertificateFiles certificates, AppCatalog apps, TimeProvider time)
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
        if (!ReportRequest.IsJson(call.Parse([], ["--format"]).Value("--format")))
        {
            PrintLines(call);
            return 0;
        }

        foreach (var piece in AsJson(call.Caller))
        {
            call.Output.Raw(piece);
            await call.Output.FlushAsync(call.Cancel);
        }

        return 0;
    }

    private void PrintLines(CommandCall call)
    {
        using var moment = apps.AsOfNow();
        var now = time.GetUtcNow();
        if (!call.Caller.Quiet)
        {
            call.Output.Line($"{"----->",-6} {"App name",-18} {"Certificate Expiry",-25} {"Time before expiry",-25} {"Time before renewal",-25}");
        }

        var graceOf = settings.GracePeriods();
        var lines = new StringBuilder(2 * Piece);
        foreach (var (app, facts) in Rows())
        {
            var state = lineages.ReadState(app);
            Append(lines, app.Text, facts, now, LineagePlan.RenewalOf(facts, graceOf(app), state.Advice).At);
            if (FailureOf(app, state) is { } failure)
            {
                Send(lines, call.Output);
                call.Output.Warn($"{app}: {Sentences.Inside(failure.Found)} ({call.Caller.AsCalled(failure.Remedy)})");
            }
            else if (lines.Length > Piece)
            {
                Send(lines, call.Output);
            }
        }

        Send(lines, call.Output);
    }

    private List<string> AsJson(Caller caller)
    {
        using var moment = apps.AsOfNow();
        var (graceOf, pieces, text) = (settings.GracePeriods(), new List<string>(), new StringBuilder("[", 2 * Piece));
        var mark = "";
        foreach (var (app, facts) in Rows())
        {
            var state = lineages.ReadState(app);
            var renewal = LineagePlan.RenewalOf(facts, graceOf(app), state.Advice).At;
            text.Append(mark).Append(RowAsJson(app, facts, renewal, FailureOf(app, state), caller));
            mark = ",";
            if (text.Length > Piece)
            {
                pieces.Add(text.ToString());
                text.Clear();
            }
        }

        return [.. pieces, text.Append("]\n").ToString()];
    }

    private static string RowAsJson(AppName app, CertificateFacts facts, DateTimeOffset renewal, LineageFailure? failure, Caller caller) => PlainJson.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("app", app.Text);
        writer.WriteStartArray("names");
        foreach (var name in facts.Names)
        {
            writer.WriteStringValue(name);
        }

        writer.WriteEndArray();
        writer.WriteString("expires_at", PlainJson.Time(facts.NotAfter));
        writer.WriteString("renewal_at", PlainJson.Time(renewal));
        writer.WriteString("problem", failure?.Code ?? "");
        writer.WriteString("found", failure?.Found ?? "");
        writer.WriteString("remedy", caller.AsCalled(failure?.Remedy ?? ""));
        writer.WriteEndObject();
    });

    private LineageFailure? FailureOf(AppName app, LineageState state) => (state.Refusal is null ? null : reader.NextOf(app).Refusal) ?? state.LastFailure;

    private IEnumerable<(AppName App, CertificateFacts Facts)> Rows() =>
        apps.List().Select(app => (App: app, Served: certificates.InServiceOf(app)))
            .Where(row => row.Served is { FromAcme: true, Facts: not null })
            .Select(row => (row.App, row.Served.Facts!))
            .OrderBy(row => row.Item2.NotAfter);

    private static void Append(StringBuilder lines, string app, CertificateFacts facts, DateTimeOffset now, DateTimeOffset renewal) => lines.Append(
        CultureInfo.InvariantCulture,
        $"{app,-25} {facts.NotAfter.LocalDateTime,-25:yyyy-MM-dd HH:mm:ss} {RemainingTime.Format(facts.NotAfter - now),-25} {RemainingTime.Format(renewal - now),-25}\n");

    private static void Send(StringBuilder lines, CommandOutput output)
    {
        if (lines.Length > 0)
        {
            output.Raw(lines.ToString());
            lines.Clear();
        }
    }
}
