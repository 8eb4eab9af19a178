using System.Globalization;
using System.Net;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Yarp.ReverseProxy.Forwarder;

namespace Berth.Edge.Forwarding;

/// <summary>
/// What an app gets to see of a request beyond what the visitor sent: who and by which way. The visitor's own claims
/// about that are dropped, unless they come from a trusted proxy. The Host header stays.
/// </summary>
internal sealed class ForwardedHeaders(EdgeOptions options, TimeProvider time) : HttpTransformer
{
    internal const string For = "X-Forwarded-For";
    internal const string Proto = "X-Forwarded-Proto";
    internal const string Host = "X-Forwarded-Host";
    internal const string Port = "X-Forwarded-Port";
    internal const string Ssl = "X-Forwarded-Ssl";
    internal const string RealIp = "X-Real-IP";
    internal const string RequestStart = "X-Request-Start";

    // Headers by which apps and their libraries learn of proxies: in a stranger's hand each is a lie. "Proxy" becomes
    // HTTP_PROXY in CGI-like programs (CVE-2016-5385).
    private static readonly string[] Claims =
    [
        For, Proto, Host, Port, RealIp, RequestStart, "X-Forwarded-Prefix", Ssl, "X-Forwarded-Server", "Forwarded", "Proxy",
    ];

    // Words in Connection that name no header to drop; and Host, without which apps could not tell their names apart.
    private static readonly string[] OwnWords = ["close", "keep-alive", "upgrade", "host"];

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var forwarding = httpContext.Features.Get<EdgeHost>()?.Forwarding ?? EdgeForwarding.Default;
        RemoveHopByHop(httpContext.Request, proxyRequest);
        if (HostLine.Of(httpContext.Request).Length == 0)
        {
            // An empty one would be sent beside the address that stands in for it.
            proxyRequest.Headers.Remove(HeaderNames.Host);
        }

        if (!forwarding.UnderscoresInHeaders)
        {
            RemoveUnderscored(httpContext.Request, proxyRequest);
        }

        proxyRequest.RequestUri = new Uri(
            destinationPrefix + RequestTarget.Of(httpContext),
            new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
        if (IsTrusted(httpContext.Connection.RemoteIpAddress))
        {
            Continue(httpContext, proxyRequest);
        }
        else
        {
            Replace(httpContext, proxyRequest);
        }

        if (forwarding != EdgeForwarding.Default)
        {
            Override(httpContext, proxyRequest, forwarding);
        }
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var copyBody = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        if (proxyResponse is not null && httpContext.Request.IsHttps
            && httpContext.Features.Get<EdgeHost>()?.StrictTransportSecurity is { } policy)
        {
            httpContext.Response.Headers.StrictTransportSecurity = policy;
        }

        return copyBody && !MustBeEmpty(httpContext.Response);
    }

    // RFC 9110 §15.3.5 and §15.3.6: nothing follows these, whatever an app sends with them.
    private static bool MustBeEmpty(HttpResponse response)
    {
        var isEmpty = response.StatusCode is StatusCodes.Status204NoContent or StatusCodes.Status205ResetContent;
        if (isEmpty)
        {
            response.ContentLength = null;
        }

        return isEmpty;
    }

    private void Replace(HttpContext context, HttpRequestMessage request)
    {
        foreach (var claim in Claims)
        {
            request.Headers.Remove(claim);
        }

        var visitor = Text(context.Connection.RemoteIpAddress);
        Add(request, For, visitor);
        Add(request, RealIp, visitor);
        Add(request, Proto, context.Request.Scheme);
        Add(request, Host, HostLine.Of(context.Request));
        Add(request, Port, context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture));
        Add(request, RequestStart, Now());
    }

    private void Continue(HttpContext context, HttpRequestMessage request)
    {
        var visitor = Text(context.Connection.RemoteIpAddress);
        var earlier = context.Request.Headers[For].ToString();
        request.Headers.Remove(For);
        Add(request, For, earlier.Length == 0 ? visitor : $"{earlier}, {visitor}");
        AddIfMissing(request, RealIp, visitor);
        AddIfMissing(request, Proto, context.Request.Scheme);
        AddIfMissing(request, Host, HostLine.Of(context.Request));
        AddIfMissing(request, Port, context.Connection.LocalPort.ToString(CultureInfo.InvariantCulture));
        AddIfMissing(request, RequestStart, Now());
    }

    // What the host's owner says is written last. A value that comes out empty is a header that is not sent, as nginx has it.
    private static void Override(HttpContext context, HttpRequestMessage request, EdgeForwarding forwarding)
    {
        var visitor = Text(context.Connection.RemoteIpAddress);
        Override(request, For, forwarding.For?.For(context, visitor));
        Override(request, Port, forwarding.Port?.For(context, visitor));
        Override(request, Proto, forwarding.Proto?.For(context, visitor));
        Override(request, Ssl, forwarding.Ssl?.For(context, visitor));
    }

    private static void Override(HttpRequestMessage request, string name, string? value)
    {
        if (value is null)
        {
            return;
        }

        request.Headers.Remove(name);
        if (value.Length > 0)
        {
            Add(request, name, value);
        }
    }

    private static void RemoveUnderscored(HttpRequest request, HttpRequestMessage forwarded)
    {
        foreach (var (name, _) in request.Headers)
        {
            if (name.Contains('_', StringComparison.Ordinal) && !forwarded.Headers.Remove(name))
            {
                forwarded.Content?.Headers.Remove(name);
            }
        }
    }

    private bool IsTrusted(IPAddress? visitor)
    {
        foreach (var network in options.TrustedProxies)
        {
            if (visitor is not null && network.Contains(Plain(visitor)))
            {
                return true;
            }
        }

        return false;
    }

    // RFC 9110 §7.6.1: what Connection names is meant for this hop. The usual ones are dropped by the forwarder.
    private static void RemoveHopByHop(HttpRequest request, HttpRequestMessage forwarded)
    {
        foreach (var name in request.Headers.GetCommaSeparatedValues(HeaderNames.Connection))
        {
            if (!OwnWords.Contains(name, StringComparer.OrdinalIgnoreCase) && forwarded.Headers.NonValidated.Contains(name))
            {
                forwarded.Headers.Remove(name);
            }
        }
    }

    // Seconds with milliseconds, as Dokku's nginx writes it.
    private string Now() =>
        (time.GetUtcNow().ToUnixTimeMilliseconds() / 1000m).ToString("0.000", CultureInfo.InvariantCulture);

    private static string Text(IPAddress? address) => address is null ? "" : Plain(address).ToString();

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;

    private static void Add(HttpRequestMessage request, string name, string value) =>
        request.Headers.TryAddWithoutValidation(name, value);

    private static void AddIfMissing(HttpRequestMessage request, string name, string value)
    {
        if (!request.Headers.Contains(name))
        {
            Add(request, name, value);
        }
    }
}
