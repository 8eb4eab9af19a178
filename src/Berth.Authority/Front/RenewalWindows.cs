using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Says when certificates should be renewed: an incident's window, or else one around two thirds of the lifetime.</summary>
internal sealed class RenewalWindows(IAuthorityStore store)
{
    internal async Task<(RenewalWindow Window, string? Explanation)> OfAsync(CertificateRecord certificate, CancellationToken cancel) =>
        await store.FindIncidentAsync(certificate, cancel) is { } incident
            ? (new RenewalWindow { Start = incident.Start, End = incident.End }, incident.Url)
            : (Usual(certificate), null);

    /// <summary>A fiftieth of the lifetime wide; in the past for what is revoked.</summary>
    internal static RenewalWindow Usual(CertificateRecord certificate)
    {
        var lifetime = certificate.NotAfter - certificate.NotBefore;
        var start = certificate.NotBefore + (lifetime * 2 / 3) - (lifetime / 100);
        var window = new RenewalWindow { Start = start, End = start + (lifetime / 50) };
        return certificate.Revoked is { } revoked && revoked < window.End
            ? new RenewalWindow { Start = revoked - TimeSpan.FromHours(1), End = revoked }
            : window;
    }
}
