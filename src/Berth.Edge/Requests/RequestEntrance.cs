using Berth.Edge.Answers;
using Berth.Edge.Forwarding;
using Berth.Edge.Hosts;
using Berth.Edge.Logging;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Edge.Requests;

/// <summary>
/// The order in which a request is judged, at every door: an open challenge is answered, whatever the host; an unknown host
/// ends; HTTPS must have been opened for the same app; HTTP at the main door is sent to HTTPS; the rest goes to the app.
/// </summary>
internal sealed class RequestEntrance(CurrentSnapshot current, Forwarder forwarder, RequestLog requests, EdgeOptions options)
{
    /// <summary>What a listener calls for each request.</summary>
    /// <param name="plain">The door's plain form.</param>
    /// <param name="secure">The door's form over TLS.</param>
    internal RequestDelegate At(EdgePort plain, EdgePort secure) =>
        context => HandleAsync(context, context.Request.IsHttps ? secure : plain);

    private Task HandleAsync(HttpContext context, EdgePort port)
    {
        if (IsAmbiguous(context.Request))
        {
            return ErrorPage.FailedAsync(context, StatusCodes.Status400BadRequest);
        }

        var snapshot = current.Value;
        var isChallenge = Challenge.IsAskedFor(context.Request);
        if (isChallenge && Challenge.Answer(context.Request, snapshot.Challenges) is { } keyAuthorization)
        {
            return Challenge.WriteAsync(context, keyAuthorization);
        }

        var host = snapshot.Find(port, context.Request.Host.Value, context.Connection.LocalIpAddress);
        return host switch
        {
            null => isChallenge ? ErrorPage.UnknownChallengeAsync(context) : ErrorPage.UnknownHostAsync(context),
            { AccessLog: null } => HandleAsync(context, port, snapshot, host, isChallenge),
            _ => LogAsync(context, port, snapshot, host, isChallenge),
        };
    }

    private async Task LogAsync(HttpContext context, EdgePort port, EdgeSnapshot snapshot, EdgeHost host, bool isChallenge)
    {
        var sent = CountedBody.Count(context);
        try
        {
            await HandleAsync(context, port, snapshot, host, isChallenge);
        }
        finally
        {
            requests.Served(context, host, sent.Bytes);
        }
    }

    private Task HandleAsync(HttpContext context, EdgePort port, EdgeSnapshot snapshot, EdgeHost host, bool isChallenge)
    {
        if (port.Secure && IsMisdirected(context, port, snapshot, host))
        {
            return ErrorPage.MisdirectedAsync(context);
        }

        // An app may answer challenges of its own: those stay on HTTP, for a CA asks there first.
        if (port == EdgePort.Http && host.RedirectsToHttps && !isChallenge)
        {
            return HttpsRedirect.WriteAsync(context, host);
        }

        if (isChallenge && host.Targets.IsDefaultOrEmpty)
        {
            return ErrorPage.UnknownChallengeAsync(context);
        }

        if (!IsForwardable(context))
        {
            return ErrorPage.MethodAsync(context);
        }

        return TryLimitBody(context, host.MaxRequestBodySize ?? options.MaxRequestBodySize)
            ? forwarder.ForwardAsync(context, port, host)
            : ErrorPage.BodyTooLongAsync(context);
    }

    // A body with both a length and chunks is how a second request is smuggled past a proxy (RFC 9112 §6.1). The web server
    // believes the chunks and puts the length here; no honest client gives it a reason to.
    private static bool IsAmbiguous(HttpRequest request) =>
        request.Headers.TransferEncoding.Count > 0 && request.Headers.ContainsKey("X-Content-Length");

    // RFC 9110 §15.5.20: a certificate for several apps makes browsers reuse one connection for all of them, and a hostile
    // client may name one host in TLS and another in HTTP. Without a server name in TLS there is nothing to compare.
    private static bool IsMisdirected(HttpContext context, EdgePort port, EdgeSnapshot snapshot, EdgeHost host)
    {
        var serverName = context.Features.Get<ITlsHandshakeFeature>()?.HostName;
        return !string.IsNullOrEmpty(serverName)
            && !serverName.Equals(context.Request.Host.Value, StringComparison.OrdinalIgnoreCase)
            && snapshot.Find(port, serverName, context.Connection.LocalIpAddress)?.App != host.App;
    }

    // TRACE would show an app's own headers to scripts, CONNECT asks for a tunnel (RFC 9110 §9.3.6, §9.3.8); the extended
    // CONNECT of RFC 8441 is how WebSockets come over HTTP/2.
    private static bool IsForwardable(HttpContext context) =>
        !HttpMethods.IsTrace(context.Request.Method)
        && (!HttpMethods.IsConnect(context.Request.Method) || Upgrade.IsWebSocket(context));

    private static bool TryLimitBody(HttpContext context, long? limit)
    {
        if (limit is null)
        {
            return true;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = limit;
        }

        return !(context.Request.ContentLength > limit);
    }
}
