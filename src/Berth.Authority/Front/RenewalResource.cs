using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Renewal information (RFC 9773 §4): anyone may read it, for nobody learns anything from it.</summary>
internal sealed class RenewalResource(Replacement replacement, IAuthorityStore store, TimeProvider time)
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromHours(6);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMinutes(1);

    internal async Task<Reply> ReadAsync(string identifier, CancellationToken cancel)
    {
        var certificate = await replacement.FindAsync(identifier, cancel)
            ?? throw Reject.NotFound("There is no such certificate; its identifier is written as RFC 9773 §4.1 says.");
        var incidents = await store.ListIncidentsAsync(cancel);
        var incident = incidents.FirstOrDefault(found => found.IsAbout(certificate));
        var info = new RenewalInfo
        {
            SuggestedWindow = incident is null
                ? WindowOf(certificate)
                : new RenewalWindow { Start = incident.Start, End = incident.End },
            ExplanationUrl = incident?.Url,
        };
        return Reply.Json(info, AcmeJson.Default.RenewalInfo) with { RetryAfter = PollOf(certificate) };
    }

    /// <summary>Around two thirds of the lifetime, a fiftieth of it wide; in the past for what is revoked.</summary>
    internal static RenewalWindow WindowOf(CertificateRecord certificate)
    {
        var lifetime = certificate.NotAfter - certificate.NotBefore;
        var start = certificate.NotBefore + (lifetime * 2 / 3) - (lifetime / 100);
        var window = new RenewalWindow { Start = start, End = start + (lifetime / 50) };
        return certificate.Revoked is { } revoked && revoked < window.End
            ? new RenewalWindow { Start = revoked - TimeSpan.FromHours(1), End = revoked }
            : window;
    }

    // Short-lived certificates are asked about more often; a revocation must reach them in time.
    private TimeSpan PollOf(CertificateRecord certificate)
    {
        var share = (certificate.NotAfter - certificate.NotBefore) / 28;
        var rest = certificate.NotAfter - time.GetUtcNow();
        return share > LongestPoll || rest <= TimeSpan.Zero ? LongestPoll : share < ShortestPoll ? ShortestPoll : share;
    }
}
