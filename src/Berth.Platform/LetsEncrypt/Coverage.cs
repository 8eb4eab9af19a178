using Berth.Kernel;
using Berth.Platform.CommandLine;
using Berth.Platform.LetsEncrypt.Lineages;

namespace Berth.Platform.LetsEncrypt;

/// <summary>Whether the certificate in service is all that is asked for.</summary>
internal sealed class Coverage(LineageReader reader, LineageFiles lineages, RenewalAdviser adviser, TimeProvider time)
{
    /// <summary>Whether nothing is to be ordered. Where a person asks, so is the server: they may know that it has revoked the certificate.</summary>
    public async Task<bool> IsAllAsync(AppName app, WantedCertificate wanted, CommandOutput output, CancellationToken cancel)
    {
        if (IsOrdered(app, wanted) || !Covers(app, wanted))
        {
            return false;
        }

        await (wanted.IsPatient ? Task.CompletedTask : adviser.AskBrieflyAsync(app, cancel));
        if (Covers(app, wanted))
        {
            if (!reader.IsGood(app, reader.StoredOf(app)))
            {
                output.Warn($"It is due, or the server wants it replaced, and has had several certificates within a short time already. {GateWords.Sooner(app)}");
            }

            return true;
        }

        output.Step($"The server wants the certificate of {app} replaced");
        return false;
    }

    // Somebody has asked for another for the same names, and was cut off.
    private bool IsOrdered(AppName app, WantedCertificate wanted) => lineages.OrderAt(app, wanted.Servers)?.IsFor(wanted.NameTexts) == true;

    // A server that wants it replaced over and over has had its way after two.
    private bool Covers(AppName app, WantedCertificate wanted) =>
        reader.StoredOf(app) is { InService: not null, Damage: null } stored && !reader.MayBeRenewed(app, stored) && !LineagePlan.IsOfAnotherClock(stored, time.GetUtcNow())
        && stored.Missing(wanted.Names).Count == 0;
}
