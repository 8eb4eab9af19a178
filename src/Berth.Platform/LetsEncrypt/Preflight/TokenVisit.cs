using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Berth.Edge;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>
/// Asks a public name for a token that only this machine's edge knows, as an authority would: by the name, at each of its addresses. A redirect is
/// followed while it leads to the same name: what others answer is not asked for on a stranger's word.
/// </summary>
internal sealed class TokenVisit(EdgeServer edge, int port, int tlsPort, TimeSpan patience)
{
    private const string Folder = "/.well-known/acme-challenge/";
    private const int MostBytes = 4096;

    // As many as Let's Encrypt follows, to its ports.
    private const int MostRedirects = 10;

    /// <param name="name">The Host header.</param>
    /// <param name="address">Who is asked.</param>
    /// <param name="token">Made for this look alone.</param>
    /// <param name="cancel">Ends the look.</param>
    internal async Task<Visit> AskAsync(string name, IPAddress address, string token, CancellationToken cancel)
    {
        edge.Update(snapshot => snapshot.WithChallenge(token, AnswerTo(token)));
        try
        {
            return await AskHeldAsync(name, address, token, cancel);
        }
        finally
        {
            edge.Update(snapshot => snapshot.WithoutChallenge(token));
        }
    }

    private async Task<Visit> AskHeldAsync(string name, IPAddress address, string token, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(patience, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        using var client = new HttpClient(HandlerTo(address)) { Timeout = Timeout.InfiniteTimeSpan };
        var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{name}{(port == 80 ? "" : $":{port}")}{Folder}{token}"));
        try
        {
            using var response = await FollowAsync(client, url, either.Token);
            var isOurs = response.IsSuccessStatusCode && await StartOfAsync(response, either.Token) == AnswerTo(token);
            return new Visit(address, isOurs ? VisitOutcome.ThisServer : VisitOutcome.AnotherServer, Describe(response), InFront(address, response));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            return new Visit(address, OutcomeOf(e), Printable.Of(e.InnerException?.Message ?? e.Message), Addresses.NetworkInFront(address));
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(HttpClient client, Uri url, CancellationToken cancel)
    {
        var response = await client.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, cancel);
        for (var redirects = 0; redirects < MostRedirects && NextOf(url, response) is { } next; redirects++)
        {
            try
            {
                var following = await client.GetAsync(next, HttpCompletionOption.ResponseHeadersRead, cancel);
                response.Dispose();
                (response, url) = (following, next);
            }
            catch (Exception e) when (e is HttpRequestException or IOException or SocketException or OperationCanceledException)
            {
                // Somebody has answered, and sends everyone where nobody does.
                break;
            }
        }

        return response;
    }

    private Uri? NextOf(Uri url, HttpResponseMessage response) =>
        (int)response.StatusCode is >= 300 and < 400 && response.Headers.Location is { } location && Uri.TryCreate(url, location, out var next)
        && next.Scheme is "http" or "https" && next.IdnHost.Equals(url.IdnHost, StringComparison.OrdinalIgnoreCase)
        && (next.Port == port || next.Port == tlsPort || next.IsDefaultPort) ? next : null;

    private static string AnswerTo(string token) => token + ".berth";

    internal static VisitOutcome OutcomeOf(Exception e) => (e as SocketException ?? e.InnerException as SocketException)?.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => VisitOutcome.Refused,
        SocketError.NetworkUnreachable or SocketError.HostUnreachable or SocketError.AddressFamilyNotSupported or SocketError.AddressNotAvailable
            => VisitOutcome.NoRoute,
        _ when e is OperationCanceledException => VisitOutcome.Silent,
        null when e is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ResponseEnded }
            => VisitOutcome.AnotherServer,
        _ => VisitOutcome.Silent,
    };

    private static SocketsHttpHandler HandlerTo(IPAddress address) => new()
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        MaxResponseHeadersLength = 16,

        // As an authority: it comes to have a certificate made.
        SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, shown, _, _) => shown is not null },
        ConnectCallback = async (context, cancel) =>
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                await socket.ConnectAsync(new IPEndPoint(address, context.DnsEndPoint.Port), cancel);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    };

    private static async Task<string> StartOfAsync(HttpResponseMessage response, CancellationToken cancel)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[MostBytes];
        var read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return System.Text.Encoding.ASCII.GetString(buffer, 0, read).Trim();
    }

    private static string Describe(HttpResponseMessage response)
    {
        var server = Header(response, "Server");
        var to = response.Headers.Location is { } location ? $", to {Printable.Of(location.OriginalString, 100)}" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}{to}{(server is null ? "" : $", Server: {server}")}");
    }

    private static string? InFront(IPAddress address, HttpResponseMessage response) =>
        Addresses.NetworkInFront(address)
        ?? (response.Headers.Contains("CF-RAY") ? "Cloudflare"
            : response.Headers.Contains("X-Amz-Cf-Id") ? "Amazon CloudFront"
            : response.Headers.Contains("X-Fastly-Request-ID") || Header(response, "X-Served-By")?.StartsWith("cache-", StringComparison.Ordinal) == true ? "Fastly"
            : Header(response, "Server") switch
            {
                "AkamaiGHost" => "Akamai",
                "BunnyCDN" or { } when Header(response, "CDN-PullZone") is not null => "bunny.net",
                "cloudflare" => "Cloudflare",
                _ => null,
            });

    private static string? Header(HttpResponseMessage response, string name) =>
        response.Headers.TryGetValues(name, out var values) ? Printable.Of(string.Join(", ", values), 80) : null;
}
