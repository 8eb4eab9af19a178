using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Renewal information (RFC 9773 §4): anyone may read it, for nobody learns anything from it.</summary>
internal sealed class RenewalResource(Replacement replacement, RenewalWindows windows, TimeProvider time)
{
    private static readonly TimeSpan LongestPoll = TimeSpan.FromHours(6);
    private static readonly TimeSpan ShortestPoll = TimeSpan.FromMinutes(1);

    internal async Task<Reply> ReadAsync(string identifier, CancellationToken cancel)
    {
        var certificate = await replacement.FindAsync(identifier, cancel)
            ?? throw Reject.NotFound("There is no such certificate; its identifier is written as RFC 9773 §4.1 says.");
        var (window, explanation) = await windows.OfAsync(certificate, cancel);
        var info = new RenewalInfo { SuggestedWindow = window, ExplanationUrl = explanation };
        return Reply.Json(info, AcmeJson.Default.RenewalInfo) with { RetryAfter = PollOf(certificate) };
    }

    // Short-lived certificates are asked about more often; a revocation must reach them in time.
    private TimeSpan PollOf(CertificateRecord certificate)
    {
        var share = (certificate.NotAfter - certificate.NotBefore) / 28;
        var rest = certificate.NotAfter - time.GetUtcNow();
        return share > LongestPoll || rest <= TimeSpan.Zero ? LongestPoll : share < ShortestPoll ? ShortestPoll : share;
    }
}
