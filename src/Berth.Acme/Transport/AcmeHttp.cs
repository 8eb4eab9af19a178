using System.Net.Http.Headers;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Transport;

/// <summary>One HTTP exchange with a CA: bounded in time and size, every failure named.</summary>
internal sealed class AcmeHttp(HttpClient http, Func<DateTimeOffset?, HttpClient>? asOf, AcmeClientOptions options, TimeProvider time)
{
    private static readonly string UserAgent = $"Berth/{typeof(AcmeHttp).Assembly.GetName().Version?.ToString(3) ?? "0"}";

    internal ServerClock Clock { get; } = new(time);

    /// <summary>RFC 8555 §6.1 wants https; on loopback there is no wire to listen on.</summary>
    /// <exception cref="ProblemException"><see cref="AcmeProblems.UrlInvalid"/>.</exception>
    internal Uri RequireUrl(string url)
    {
        var plainAllowed = options.DirectoryUrl.IsLoopback;
        if (Uri.TryCreate(url, UriKind.Absolute, out var uri)
            && (uri.Scheme == Uri.UriSchemeHttps || (plainAllowed && uri.Scheme == Uri.UriSchemeHttp && uri.IsLoopback)))
        {
            return uri;
        }

        throw AcmeProblems.UrlUnusable(options.Host, url).AsException();
    }

    /// <exception cref="ProblemException">No answer, or none that can be read; a timeout is one of these.</exception>
    internal async Task<AcmeResponse> SendAsync(HttpMethod method, Uri target, byte[]? body, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(options.RequestTimeout, time);
        using var either = cancel.UnsafeRegister(static limit => ((CancellationTokenSource)limit!).Cancel(), limit);
        try
        {
            return await ExchangeAsync(method, target, body, limit.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or HttpRequestException or IOException)
        {
            cancel.ThrowIfCancellationRequested();
            var judged = TransportProblems.IsOfDates(e) && asOf is not null
                ? await new ClockDoubt(asOf, Clock, options.RequestTimeout, time).JudgeAsync(target, cancel)
                : null;
            throw (judged ?? TransportProblems.From(e, target, options.RequestTimeout)).AsException(e);
        }
    }

    private async Task<AcmeResponse> ExchangeAsync(HttpMethod method, Uri target, byte[]? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, target)
        {
            Version = http.DefaultRequestVersion,
            VersionPolicy = http.DefaultVersionPolicy,
        };
        request.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", JwsMessage.ContentType);
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancel);
        if (method == HttpMethod.Post && request.RequestUri != target)
        {
            throw AcmeProblems.BadResponse(target.OriginalString, "led somewhere else: a signed request is meant for one URL only").AsException();
        }

        Clock.Observe(Header(response.Headers, "Date"));
        return Describe(target, response, await ReadBodyAsync(target, response.Content, cancel));
    }

    private AcmeResponse Describe(Uri target, HttpResponseMessage response, ReadOnlyMemory<byte> body) => new()
    {
        Url = target.OriginalString,
        Status = (int)response.StatusCode,
        Body = body,
        ReceivedAt = time.GetUtcNow(),
        Location = Header(response.Headers, "Location") switch
        {
            ['/', ..] relative when Uri.TryCreate(target, relative, out var absolute) => absolute.AbsoluteUri,
            var location => location,
        },
        Nonce = Header(response.Headers, "Replay-Nonce"),
        RetryAfter = RetryAfter.Parse(Header(response.Headers, "Retry-After"), Clock.Now),
        LinkLines = response.Headers.NonValidated.TryGetValues("Link", out var links) ? links : default,
    };

    private async ValueTask<ReadOnlyMemory<byte>> ReadBodyAsync(Uri target, HttpContent content, CancellationToken cancel)
    {
        var length = content.Headers.ContentLength;
        if (length > options.ResponseLimit)
        {
            throw TooLong(target);
        }

        await using var stream = await content.ReadAsStreamAsync(cancel);
        var buffer = new byte[(int)(length ?? 4096) + 1];
        var filled = 0;
        while (await stream.ReadAsync(buffer.AsMemory(filled), cancel) is > 0 and var read)
        {
            filled += read;
            if (filled > options.ResponseLimit)
            {
                throw TooLong(target);
            }

            if (filled == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(buffer.Length * 2, options.ResponseLimit + 1));
            }
        }

        return buffer.AsMemory(0, filled);
    }

    private ProblemException TooLong(Uri target) =>
        AcmeProblems.BadResponse(target.OriginalString, $"is larger than {options.ResponseLimit} bytes").AsException();

    // Read as sent: one malformed header must not hide the others.
    private static string? Header(HttpResponseHeaders headers, string name)
    {
        if (headers.NonValidated.TryGetValues(name, out var values))
        {
            foreach (var value in values)
            {
                return value;
            }
        }

        return null;
    }
}
