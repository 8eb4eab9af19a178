using System.Collections.Immutable;
using System.Net;
using System.Text;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>Looks for an HTTP-01 proof (RFC 8555 §8.3).</summary>
/// <remarks>
/// The host is hostile until proven otherwise: ten redirects, ports 80 and 443 (or those of a private root), 16 KiB of
/// headers, 128 bytes of body and ten seconds for all of it together.
/// </remarks>
internal sealed class Http01Validator(AuthorityOptions options, NameResolver resolver, TimeProvider time)
{
    internal const int MostRedirects = 10;

    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>A key authorization has 87 bytes; an answer this long or longer is something else.</summary>
    private const int LongestBody = 128;

    private readonly ImmutableArray<int> _ports = [80, 443, options.HttpPort, options.HttpsPort];

    /// <returns>Null when the proof is there; otherwise what was found instead.</returns>
    internal async Task<ProblemDocument?> ValidateAsync(ValidationTarget target, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(Patience, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancel);
        var start = new UriBuilder(
            Uri.UriSchemeHttp, target.Name, options.HttpPort, KeyAuthorization.Http01Path + target.Token).Uri;
        try
        {
            await FollowAsync(start, target, both.Token);
            return null;
        }
        catch (ValidationFailure failure)
        {
            return failure.Document;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new ValidationFailure(
                AcmeError.Connection, $"{start}: no complete answer within {Patience.TotalSeconds:0} seconds.").Document;
        }
    }

    private async Task FollowAsync(Uri start, ValidationTarget target, CancellationToken cancel)
    {
        var url = start;
        for (var redirects = 0; ; redirects++)
        {
            using var fetch = new SingleFetch(resolver, time);
            using var response = await fetch.GetAsync(url, cancel);
            if (Redirection(response) is not { } location)
            {
                await CheckAsync(response, $"{url} at {fetch.Address}", target.KeyAuthorization, cancel);
                return;
            }

            if (redirects == MostRedirects)
            {
                throw new ValidationFailure(AcmeError.Connection, $"{start} redirects more than {MostRedirects} times.");
            }

            url = Next(url, location);
        }
    }

    private static Uri? Redirection(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.MovedPermanently
        or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect
        or HttpStatusCode.PermanentRedirect
        ? response.Headers.Location
        : null;

    private Uri Next(Uri from, Uri location)
    {
        var next = new Uri(from, location);
        var reason = next switch
        {
            { Scheme: not ("http" or "https") } => "only http and https are followed",
            { HostNameType: not UriHostNameType.Dns } => "only host names are followed, not addresses",
            _ when next.UserInfo.Length > 0 => "it carries a user name",
            _ when !_ports.Contains(next.Port) => $"port {next.Port} is not followed",
            _ => null,
        };
        return reason is null
            ? next
            : throw new ValidationFailure(
                AcmeError.Connection, $"{from} redirects to {Printable.Of(next.ToString())}: {reason}.");
    }

    private static async Task CheckAsync(
        HttpResponseMessage response, string place, string expected, CancellationToken cancel)
    {
        if (response.StatusCode != HttpStatusCode.OK)
        {
            throw new ValidationFailure(AcmeError.IncorrectResponse, $"{place} answers {(int)response.StatusCode}, not 200.");
        }

        var body = await ReadAsync(response, place, cancel);
        // §8.3: white space after the key authorization is to be ignored.
        if (body.TrimEnd(' ', '\t', '\r', '\n') != expected)
        {
            throw new ValidationFailure(
                AcmeError.IncorrectResponse,
                $"{place} answers '{Printable.Of(body, 60)}', not the key authorization '{expected}'.");
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, string place, CancellationToken cancel)
    {
        try
        {
            await using var stream = await response.Content.ReadAsStreamAsync(cancel);
            var buffer = new byte[LongestBody];
            var length = await stream.ReadAtLeastAsync(buffer, LongestBody, throwOnEndOfStream: false, cancel);
            return length < LongestBody
                ? Encoding.Latin1.GetString(buffer, 0, length)
                : throw new ValidationFailure(
                    AcmeError.IncorrectResponse, $"{place} answers {LongestBody} bytes or more, which is no key authorization.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw new ValidationFailure(AcmeError.Connection, $"{place} breaks off its answer: {e.Message}");
        }
    }
}
