using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Acme.Transport;
using Berth.Kernel;

namespace Berth.Acme;

/// <summary>When a server would like a certificate renewed (RFC 9773 §4.2).</summary>
public sealed record RenewalAdvice
{
    private const int LongestPage = 2048;
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);
    private static readonly TimeSpan UsualPause = TimeSpan.FromHours(6);

    /// <summary>In the past means now.</summary>
    public required DateTimeOffset Start { get; init; }

    /// <summary>After <see cref="Start"/>.</summary>
    public required DateTimeOffset End { get; init; }

    /// <summary>A page for people, https or http; null when the server names none.</summary>
    public string? ExplanationUrl { get; init; }

    /// <summary>How long to wait before asking again: 1 minute to 1 day, 6 hours when the server does not say.</summary>
    public required TimeSpan AskAgainAfter { get; init; }

    /// <summary>What a new order's <c>replaces</c> says.</summary>
    public required string CertificateId { get; init; }

    /// <summary>Picks the time: uniform in the window; one that has passed means now (§4.2).</summary>
    /// <param name="chance">0 to 1; kept by the caller while the window stays the same.</param>
    public DateTimeOffset Pick(double chance) => Start + (End - Start) * Math.Clamp(chance, 0, 1);

    /// <summary>RFC 9773 §4.3.2: neither hammered nor forgotten.</summary>
    internal static TimeSpan Clamp(TimeSpan pause) =>
        pause < ShortestPause ? ShortestPause : pause > LongestPause ? LongestPause : pause;

    internal static async Task<RenewalAdvice?> AskAsync(AcmeClient client, string certificatePem, CancellationToken cancel)
    {
        var named = IdOf(certificatePem);
        if ((await client.Connection.GetDirectoryAsync(cancel)).RenewalInfo is null || named is not { } id)
        {
            return null;
        }

        var response = await client.Connection.AtAsync(
            directory => directory.RenewalInfo,
            directory => client.Connection.GetAsync($"{directory.RenewalInfo?.TrimEnd('/')}/{id}", cancel),
            cancel);
        var info = response.Read(AcmeJson.Default.RenewalInfo, "RFC 9773");
        return info.SuggestedWindow.End <= info.SuggestedWindow.Start
            ? throw AcmeProblems.BadResponse(response.Url, "suggests a window that ends before it starts").AsException()
            : Of(info, id, response);
    }

    private static string? IdOf(string certificatePem)
    {
        try
        {
            return RenewalCertificateId.OfPem(certificatePem);
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            throw AcmeProblems.BadCertificateFile(e.Message).AsException(e);
        }
    }

    // For people to open: nothing else, and nothing that fills a disk or a terminal.
    private static string? PageOf(string? url) => url is { Length: <= LongestPage } && WebUrl.TryParse(url, out var page) ? page.AbsoluteUri : null;

    private static RenewalAdvice Of(RenewalInfo info, string id, AcmeResponse response) => new()
    {
        Start = info.SuggestedWindow.Start,
        End = info.SuggestedWindow.End,
        ExplanationUrl = PageOf(info.ExplanationUrl),
        AskAgainAfter = Clamp(response.RetryAfter ?? UsualPause),
        CertificateId = id,
    };
}
