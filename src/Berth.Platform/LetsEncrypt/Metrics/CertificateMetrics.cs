using System.Globalization;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Metrics;

/// <summary>How all certificates stand, in Prometheus's text format (version 0.0.4).</summary>
public sealed class CertificateMetrics(AppCatalog apps, CertificateFiles certificates, LineageReader reader, AutoRenewal renewal, Heartbeat heartbeat, TimeProvider time)
{
    private static readonly string[] States = ["valid", "due", "failing", "expired", "manual", "waiting"];

    public string Text()
    {
        var now = time.GetUtcNow();
        var rows = apps.List().Select(app => RowOf(app, now)).OfType<Row>().ToArray();
        var text = new StringBuilder();
        Head(text, "berth_renewals_last_look_timestamp_seconds", "When the daemon last looked at all certificates; 0 for never.");
        Line(text, "berth_renewals_last_look_timestamp_seconds", "", heartbeat.LastLook ?? DateTimeOffset.UnixEpoch);
        Head(text, "berth_renewal_enabled", "Whether the daemon renews by itself; 0 where it was turned off.");
        text.Append(CultureInfo.InvariantCulture, $"berth_renewal_enabled {(renewal.IsOn ? 1 : 0)}\n");
        Head(text, "berth_certificates", "Certificates by state: failing ones could not be had or renewed when that was tried last, or have damaged files, manual ones are renewed by hand, waiting ones are to be had for the first time.");
        foreach (var state in States)
        {
            text.Append(CultureInfo.InvariantCulture, $"berth_certificates{{state=\"{state}\"}} {rows.Count(row => row.State == state)}\n");
        }

        PerApp(text, rows, "berth_certificate_not_after_timestamp_seconds", "When the certificate in service expires.", row => row.NotAfter);
        PerApp(text, rows, "berth_certificate_next_attempt_timestamp_seconds", "When the certificate is next ordered or renewed: by the daemon, where it renews by itself.", row => row.Next);
        Head(text, "berth_certificate_failures", "Whether the last attempt failed.");
        foreach (var row in rows)
        {
            text.Append(CultureInfo.InvariantCulture, $"berth_certificate_failures{{app=\"{row.App}\"}} {(row.IsFailing ? 1 : 0)}\n");
        }

        return text.ToString();
    }

    private Row? RowOf(AppName app, DateTimeOffset now)
    {
        try
        {
            var (facts, fromAcme, damage) = certificates.InServiceOf(app);
            var (stored, next) = reader.ReadOf(app);

            // A first certificate that only waits for a setting has not failed.
            var isFailing = stored.State.LastFailure is not null || (facts is not null && next.Refusal is not null);
            var state = facts?.NotAfter <= now ? "expired"
                : damage is not null ? "failing"
                : facts is null ? isFailing ? "failing" : next.At is not null || next.GoesOnOnceMended ? "waiting" : null
                : !fromAcme ? "manual"
                : isFailing ? "failing"
                : reader.RenewalOf(app, facts).At <= now ? "due"
                : "valid";
            return state is null ? null : new Row(app, state, isFailing, facts?.NotAfter, next.OfCertificate.At);
        }
        catch (ProblemException)
        {
            // An app that cannot be read is told of by the look at all of them.
            return new Row(app, "failing", true, null, null);
        }
    }

    private static void PerApp(StringBuilder text, Row[] rows, string metric, string help, Func<Row, DateTimeOffset?> value)
    {
        Head(text, metric, help);
        foreach (var row in rows)
        {
            if (value(row) is { } at)
            {
                Line(text, metric, $"{{app=\"{row.App}\"}}", at);
            }
        }
    }

    private static void Head(StringBuilder text, string metric, string help) => text.Append(CultureInfo.InvariantCulture, $"# HELP {metric} {help}\n# TYPE {metric} gauge\n");

    private static void Line(StringBuilder text, string metric, string labels, DateTimeOffset at) =>
        text.Append(CultureInfo.InvariantCulture, $"{metric}{labels} {at.ToUnixTimeSeconds()}\n");

    private sealed record Row(AppName App, string State, bool IsFailing, DateTimeOffset? NotAfter, DateTimeOffset? Next);
}
