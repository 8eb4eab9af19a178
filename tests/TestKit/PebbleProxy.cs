using System.Collections.Immutable;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.TestKit;

/// <summary>A Pebble behind a proxy, as authorities are: the proxy may answer in its place with a page of its own, which says nothing of an order.</summary>
public sealed class PebbleProxy : IAsyncDisposable
{
    /// <summary>Where Pebble has its certificates.</summary>
    public const string Certificates = "/certZ/";

    private static readonly ImmutableArray<string> ToPebble = ["User-Agent", "Accept"];
    private static readonly ImmutableArray<string> FromPebble = ["Replay-Nonce", "Location", "Link", "Retry-After", "Cache-Control"];
    private readonly WebApplication _app;
    private readonly HttpClient _pebble;
    private volatile string? _closed;

    private PebbleProxy(WebApplication app, HttpClient pebble) => (_app, _pebble) = (app, pebble);

    /// <summary>The proxy's, and so are all URLs that Pebble tells through it.</summary>
    public Uri DirectoryUrl => new($"https://localhost:{new Uri(_app.Urls.First()).Port}/dir");

    /// <param name="pebble">Whose certificate is the proxy's too.</param>
    /// <param name="closed">The beginning of the paths that the proxy answers by itself.</param>
    public static async Task<PebbleProxy> StartAsync(PebbleServer pebble, string? closed = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(pebble.Certificate)));
        var client = pebble.CreateClient();
        client.BaseAddress = pebble.DirectoryUrl;
        var proxy = new PebbleProxy(builder.Build(), client) { _closed = closed };
        proxy._app.Run(proxy.AnswerAsync);
        await proxy._app.StartAsync();
        return proxy;
    }

    /// <summary>Lets everything through from now on.</summary>
    public void Open() => _closed = null;

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _pebble.Dispose();
    }

    private Task AnswerAsync(HttpContext context) =>
        _closed is { } closed && context.Request.Path.Value!.StartsWith(closed, StringComparison.Ordinal) ? RefuseAsync(context.Response) : PassOnAsync(context);

    private static Task RefuseAsync(HttpResponse response)
    {
        (response.StatusCode, response.ContentType) = (StatusCodes.Status403Forbidden, "text/html");
        return response.WriteAsync("<html><body>Blocked</body></html>");
    }

    private async Task PassOnAsync(HttpContext context)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), $"{context.Request.Path}{context.Request.QueryString}");
        request.Headers.Host = context.Request.Host.Value;
        foreach (var name in ToPebble.Where(context.Request.Headers.ContainsKey))
        {
            request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].AsEnumerable());
        }

        if (context.Request.ContentType is { } type)
        {
            request.Content = new StreamContent(context.Request.Body) { Headers = { ContentType = MediaTypeHeaderValue.Parse(type), ContentLength = context.Request.ContentLength } };
        }

        using var answer = await _pebble.SendAsync(request, context.RequestAborted);
        await PassBackAsync(answer, context.Response);
    }

    private static async Task PassBackAsync(HttpResponseMessage answer, HttpResponse response)
    {
        (response.StatusCode, response.ContentType) = ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString());
        foreach (var name in FromPebble)
        {
            if (answer.Headers.TryGetValues(name, out var values))
            {
                response.Headers[name] = values.ToArray();
            }
        }

        await answer.Content.CopyToAsync(response.Body);
    }
}
