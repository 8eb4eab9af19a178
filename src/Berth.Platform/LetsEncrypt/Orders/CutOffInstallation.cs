using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.LetsEncrypt.Events;
using Berth.Platform.LetsEncrypt.Lineages;
using Berth.Platform.Routing;

namespace Berth.Platform.LetsEncrypt.Orders;

/// <summary>What is left to do where a run was ended between installing a certificate and closing its order.</summary>
internal sealed class CutOffInstallation(
    LineageReader reader, LineageFiles lineages, OrderRequests requests, LetsEncryptSettingsStore settings, AttemptRecords records, RoutePublisher routes)
{
    /// <summary>Tells of the certificate that a run installed which ended before it could tell of it, and closes its order.</summary>
    /// <returns>Whether there was one.</returns>
    public async Task<bool> FinishAsync(AppName app, CancellationToken cancel)
    {
        var journal = lineages.JournalOf(app);
        if (await journal.LoadAsync(cancel) is not { Stage: OrderStage.Downloaded, CertificatePem: { } chain } order
            || !reader.IsInService(app, chain)
            || reader.StoredOf(app).InService is not { } facts)
        {
            return false;
        }

        lineages.TellInstalled(app);
        routes.Publish(app);
        var read = settings.Read(app);
        var (issued, server) = (IssuedBefore.Of(order, chain, facts), requests.ServerAt(order.DirectoryUrl, read.Servers));
        if (lineages.ReadState(app).LastSerial != facts.Serial)
        {
            lineages.WriteState(app, records.AfterIssue(app, issued, server, read, isEarly: false, lost: []));
        }

        // Twice is better than not at all.
        records.Tell(app, LineageEventKind.Issued, issued.Names, server, null);
        journal.TryClearAside();
        await journal.ClearAsync(cancel);
        return true;
    }
}
