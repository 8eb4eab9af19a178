using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Authority.Validation;

/// <summary>Looks for an HTTP-01 proof (RFC 8555 §8.3).</summary>
/// <remarks>
/// The host is hostile until proven otherwise: ten redirects, ports 80 and 443 (or those of a private root), 16 KiB of
/// headers, 128 bytes of body. Who calls sets the time for all of it together.
/// </remarks>
internal sealed class Http01Validator(AuthorityOptions options, TimeProvider time) : IChallengeValidator
{
    internal const int MostRedirects = 10;

    /// <summary>A key authorization has 87 bytes; an answer this long or longer is something else.</summary>
    private const int LongestBody = 128;

    private readonly ImmutableArray<int> _ports = [80, 443, options.HttpPort, options.HttpsPort];

    public async Task<DateTimeOffset?> ProveAsync(ValidationTarget target, Perspective view, CancellationToken cancel)
    {
        var host = target.Address is { AddressFamily: AddressFamily.InterNetworkV6 } address ? $"[{address}]" : target.Name;
        var start = new UriBuilder(Uri.UriSchemeHttp, host, options.HttpPort, KeyAuthorization.Http01Path + target.Token).Uri;
        var url = start;
        for (var redirects = 0; ; redirects++)
        {
            using var fetch = new SingleFetch(view, time);
            using var response = await fetch.GetAsync(url, cancel);
            if (Redirection(response) is not { } location)
            {
                await CheckAsync(response, $"{url} at {fetch.Address}", target.KeyAuthorization, cancel);
                return null;
            }

            if (redirects == MostRedirects)
            {
                throw new ValidationFailure(AcmeError.Connection, $"{start} redirects more than {MostRedirects} times.");
            }

            url = Next(url, location, target);
        }
    }

    private static Uri? Redirection(HttpResponseMessage response) => response.StatusCode is HttpStatusCode.MovedPermanently
        or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect
        or HttpStatusCode.PermanentRedirect
        ? response.Headers.Location
        : null;

    private Uri Next(Uri from, Uri location, ValidationTarget target)
    {
        var next = new Uri(from, location);
        var reason = next switch
        {
            { Scheme: not ("http" or "https") } => "only http and https are followed",
            { HostNameType: not UriHostNameType.Dns } when !IsSame(target, next) => "only host names are followed, not addresses",
            _ when next.UserInfo.Length > 0 => "it carries a user name",
            _ when !_ports.Contains(next.Port) => $"port {next.Port} is not followed",
            _ => null,
        };
        return reason is null
            ? next
            : throw new ValidationFailure(
                AcmeError.Connection, $"{from} redirects to {Printable.Of(next.ToString())}: {reason}.");
    }

    // The address that is proven may lead to itself, from http to https for one.
    private static bool IsSame(ValidationTarget target, Uri url) =>
        target.Address is { } address && IPAddress.TryParse(url.IdnHost, out var next) && next.Equals(address);

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
