using System.Globalization;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Commands;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.LetsEncrypt.Orders;
using Berth.Platform.Properties;

namespace Berth.Platform.LetsEncrypt;

/// <summary>What <c>letsencrypt:report</c> prints: each setting as set, as inherited and as it holds, and where the certificate stands.</summary>
public sealed class LetsEncryptReport(
    LetsEncryptSettingsStore settings,
    AutoRenewal renewal,
    ICertificateManager manager,
    LineageReader reader,
    LimitsAhead ahead,
    AccountsAhead accounts,
    WaitingWords words,
    DaemonSilence silence,
    PropertyStore properties,
    CertificateFiles certificates,
    AppCatalog apps)
{
    // What a certificate of 90 days has when nothing is set: a third of its lifetime.
    private const long UsualGrace = 30L * 86400;
    private static readonly Report Shape = new("letsencrypt-", "letsencrypt information");

    private readonly SettingTable _table = new(LetsEncryptSettingsStore.Feature, properties, LetsEncryptSettingsStore.Settings);

    public async Task<int> PrintAsync(CommandCall call)
    {
        var request = ReportRequest.Parse(call);
        if (request.IsGlobal)
        {
            Shape.Print(call.Output, "global", call.InAggregate ? Masked(Global()) : Global(), request);
            return 0;
        }

        var (isAnyWaiting, status) = (false, 0);
        foreach (var app in apps.Reported(request, call))
        {
            try
            {
                var values = await OfAsync(app, request, call);
                isAnyWaiting |= values["letsencrypt-next-attempt"].Length > 0;
                Shape.Print(call.Output, app.Text, call.InAggregate ? Masked(values) : values, request);
            }
            catch (ProblemException e) when (request.Subject is null)
            {
                status = UnreadableApp.Warn(call, app, e.Problem);
            }
        }

        if (isAnyWaiting && IsRead(request) && !call.InAggregate)
        {
            silence.Warn(call.Output);
        }

        return status;
    }

    // Who asks for one value, or for JSON, is a program.
    private static bool IsRead(ReportRequest request) => request is { Flag: null, Json: false };

    private static Dictionary<string, string> Masked(Dictionary<string, string> values) => values.ToDictionary(
        pair => pair.Key, pair => pair.Key.Contains("dns-provider-", StringComparison.Ordinal) ? "****" : pair.Value, StringComparer.Ordinal);

    private Dictionary<string, string> Global()
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        _table.AddGlobalTo(values);
        foreach (var key in LetsEncryptSettingsStore.Keys)
        {
            values[$"letsencrypt-global-{key}"] = settings.ForAll(key) ?? "";
        }

        return values;
    }

    private async Task<Dictionary<string, string>> OfAsync(AppName app, ReportRequest request, CommandCall call)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        _table.AddTo(values, app);
        foreach (var key in LetsEncryptSettingsStore.Keys)
        {
            values[$"letsencrypt-{key}"] = settings.Own(app, key) ?? "";
            values[$"letsencrypt-global-{key}"] = settings.ForAll(key) ?? "";
            values[$"letsencrypt-computed-{key}"] = settings.Effective(app, key) ?? "";
        }

        var (facts, fromAcme, _) = certificates.InServiceOf(app);
        facts = fromAcme ? facts : null;
        values["letsencrypt-computed-server"] = AcmeServers.ShownAll(settings.Effective(app, "server") ?? "");
        values["letsencrypt-computed-graceperiod"] = Grace(app, facts).ToString(CultureInfo.InvariantCulture);
        values["letsencrypt-active"] = fromAcme ? "true" : "false";
        values["letsencrypt-autorenew"] = renewal.IsOn ? "true" : "false";
        values["letsencrypt-expiration"] = facts?.NotAfter.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture) ?? "";
        values["letsencrypt-expires-at"] = facts is null ? "" : Readable(facts.NotAfter);
        var (stored, step) = reader.ReadOf(app);
        var (caller, put) = (call.Caller, await ahead.StepAsync(app, stored, step, call.Cancel));
        var closed = GateWords.Of(accounts.KnowsClosed ? await accounts.OfAsync(app, call.Cancel) : null);
        values["letsencrypt-next-attempt"] = words.NextOf(app, put) is { } next ? Readable(next) + (renewal.IsOn || words.IsUnderWay(app) || !IsRead(request) ? "" : ", by hand") : "";
        values["letsencrypt-waiting-for"] = caller.AsCalled(words.Of(app, stored, put));
        values["letsencrypt-gates"] = caller.AsCalled(string.Join("; ", closed.Prepend(words.GatesOf(stored, put)).Where(line => line.Length > 0)));
        values["letsencrypt-last-error"] = caller.AsCalled(Printable.Of(step.FailureOf(stored.State)?.Found ?? "", 2000));
        return values;
    }

    private long Grace(AppName app, CertificateFacts? facts) =>
        settings.GracePeriodOf(app) is { } set ? (long)set.TotalSeconds
        : facts is null ? UsualGrace
        : Math.Max(0, (long)(facts.NotAfter - manager.RenewalOf(app, facts)).TotalSeconds);

    private static string Readable(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
