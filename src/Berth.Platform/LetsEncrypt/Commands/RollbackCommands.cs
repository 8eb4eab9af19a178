using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Limits;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt.Commands;

/// <summary><c>letsencrypt:rollback</c>, the way back to one of the certificates that <c>letsencrypt:status</c> lists.</summary>
public sealed class RollbackCommands(ICertificateManager manager, CertificatePlanner planner, AutoRenewal renewal, UpdateTrigger update, AppCatalog apps)
{
    private const int MostNamed = 5;

    public IReadOnlyList<Command> All =>
    [
        new("letsencrypt:rollback", "<app> [<certificate>]", "Put an earlier certificate into service again", RollBackAsync) { NeedsDaemon = true },
    ];

    private async Task<int> RollBackAsync(CommandCall call)
    {
        var words = call.Parse();
        var app = apps.Find(words.AtMost(2).At(0));
        call.Output.Headline($"Rolling back the certificate of {app}");
        var bundle = await manager.RollBackAsync(app, words.At(1), call.Output, call.Cancel);
        var enable = call.Caller.AsCalled($"`berth letsencrypt:enable {app} --force`");
        WarnOfMissing(app, bundle, enable, call.Output);
        call.Output.Step($"In service: {bundle.ShortName}, {string.Join(", ", bundle.Facts!.Names)}, until {Holds.Time(bundle.Facts.NotAfter)}");
        if (renewal.IsOn && manager.NextOf(app).OfCertificate.At is { } at)
        {
            call.Output.Detail($"The daemon leaves it until {Holds.Time(at)}; {enable} gets a new one sooner");
        }

        await update.FireAsync(app, isWatched: true, call.Output, call.Cancel);
        return 0;
    }

    private void WarnOfMissing(AppName app, Bundle bundle, string enable, CommandOutput output)
    {
        string[] missing = [.. (planner.TryPlan(app, out _)?.Names ?? []).Where(name => !CertificateNames.Cover(bundle.Facts!.Names, name)).Select(name => name.Text)];
        if (missing.Length > 0)
        {
            output.Warn($"It is not for {Sentences.Some(missing, MostNamed)}: visitors of these are warned. {enable} gets one for all.");
        }
    }
}
