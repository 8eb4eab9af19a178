using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Berth.Kernel;

namespace Berth.Acme.Dns;

/// <summary>
/// A provider's API over HTTP: bounded in time and size, short waits it asks for are waited for, and no credential reaches a
/// message.
/// </summary>
internal sealed class ProviderHttp(string title, DnsSettings settings, HttpClient http, TimeProvider time, TimeSpan timeout)
{
    private const int Attempts = 4;
    private const int LargestAnswer = 16 * 1024 * 1024;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);

    private static readonly ProductInfoHeaderValue UserAgent =
        new("Berth", typeof(ProviderHttp).Assembly.GetName().Version?.ToString(3) ?? "0");

    internal string Title => title;

    /// <summary>Sends a request; an answer of any status is returned.</summary>
    /// <exception cref="ProblemException"><see cref="DnsProblems.ProviderUnreachable"/>.</exception>
    internal async Task<ProviderResponse> SendAsync(ProviderRequest request, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (response, wait) = await ExchangeAsync(request, cancel);
            if (response.Status is not (429 or 503) || attempt == Attempts || wait > LongestWait)
            {
                return response;
            }

            await Task.Delay(wait ?? FirstPause * attempt, time, cancel);
        }
    }

    /// <summary>Sends a request that must succeed.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="type">The answer's JSON.</param>
    /// <param name="doing">As in "refused …".</param>
    /// <param name="cancel">Ends it.</param>
    internal async Task<T> SendAsync<T>(
        ProviderRequest request, JsonTypeInfo<T> type, string doing, CancellationToken cancel) =>
        Read(Require(await SendAsync(request, cancel), doing), type, doing);

    internal T Read<T>(ProviderResponse response, JsonTypeInfo<T> type, string doing)
    {
        try
        {
            return JsonSerializer.Deserialize(response.Body, type) ?? throw new JsonException("It is null.");
        }
        catch (JsonException e)
        {
            throw DnsProblems.Refused(title, doing, "its answer is not what its documentation describes").AsException(e);
        }
    }

    internal ProviderResponse Require(ProviderResponse response, string doing) =>
        response.IsSuccess ? response : throw Refusal(response, doing);

    internal ProblemException Refusal(ProviderResponse response, string doing) => Refusal(
        response.Status is 401 or 403, doing, $"{ProviderWords.Of(response.Text)} (HTTP status {response.Status})");

    internal ProblemException Refusal(bool isCredentials, string doing, string words)
    {
        var scrubbed = settings.Scrub(words);
        return (isCredentials ? DnsProblems.BadCredentials(title, scrubbed) : DnsProblems.Refused(title, doing, scrubbed)).AsException();
    }

    internal ProblemException NotManaged(string zone) => DnsProblems.NotManaged(title, zone).AsException();

    private async Task<(ProviderResponse Response, TimeSpan? Wait)> ExchangeAsync(ProviderRequest request, CancellationToken cancel)
    {
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancel, limit.Token);
        using var message = Message(request);
        try
        {
            using var response = await http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, either.Token);
            var body = await ReadAsync(response.Content, either.Token);
            var version = response.Headers.ETag?.Tag;
            return (new ProviderResponse((int)response.StatusCode, body, version), WaitOf(response.Headers.RetryAfter));
        }
        catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
        {
            cancel.ThrowIfCancellationRequested();
            throw DnsProblems.Unreachable(title, ReasonOf(e, request.Url)).AsException(e);
        }
    }

    // The messages of .NET's own exceptions may hold the URL, and the URL a key.
    private string ReasonOf(Exception failure, Uri url) => failure switch
    {
        OperationCanceledException => $"{url.Authority} did not answer within {AcmeProblems.Spoken(timeout)}",
        HttpRequestException { HttpRequestError: not HttpRequestError.Unknown and var error } => $"{url.Authority}: {error}",
        _ => $"{url.Authority}: the connection broke off",
    };

    private static HttpRequestMessage Message(ProviderRequest request)
    {
        var message = new HttpRequestMessage(request.Method, request.Url);
        message.Headers.UserAgent.Add(UserAgent);
        foreach (var (name, value) in request.Headers)
        {
            message.Headers.TryAddWithoutValidation(name, value);
        }

        if (request.Body is { } body)
        {
            message.Content = new ByteArrayContent(body);
            message.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(request.ContentType);
        }

        return message;
    }

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancel)
    {
        await using var stream = await content.ReadAsStreamAsync(cancel);
        using var body = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (await stream.ReadAsync(buffer, cancel) is > 0 and var read)
        {
            if (body.Length + read > LargestAnswer)
            {
                throw new IOException("The answer is too large.");
            }

            body.Write(buffer, 0, read);
        }

        return body.ToArray();
    }

    private TimeSpan? WaitOf(RetryConditionHeaderValue? header) => header switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } => date - time.GetUtcNow() is var wait && wait > TimeSpan.Zero ? wait : TimeSpan.Zero,
        _ => null,
    };
}
