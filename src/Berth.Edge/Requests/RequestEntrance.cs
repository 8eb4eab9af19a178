using Berth.Edge.Answers;
using Berth.Edge.Forwarding;
using Berth.Edge.Hosts;
using Berth.Edge.Logging;
using Berth.Edge.Reading;
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
        if (FaultOf(context.Request) is { } status)
        {
            return ErrorPage.RefusedAsync(context, status);
        }

        var snapshot = current.Value;
        var isChallenge = Challenge.IsAskedFor(context.Request);
        if (isChallenge && Challenge.Answer(context.Request, snapshot.Challenges) is { } keyAuthorization)
        {
            return Challenge.WriteAsync(context, keyAuthorization);
        }

        var host = snapshot.Find(port, HostLine.Of(context.Request), context.Connection.LocalIpAddress);
        return host switch
        {
            null when isChallenge => ErrorPage.UnknownChallengeAsync(context),
            null when LacksCertificate(context, port, snapshot) => ErrorPage.NoCertificateAsync(context),
            null => ErrorPage.UnknownHostAsync(context),
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

    /// <summary>What two readers could take for two different requests is one that no app is shown.</summary>
    private static int? FaultOf(HttpRequest request) =>
        HostLine.Of(request) is { Length: > 0 } host && !HostLine.IsHost(host) ? StatusCodes.Status400BadRequest
        : request.Headers.TransferEncoding.Count > 0 ? FaultOfCoding(request)
        : null;

    // A body with both a length and chunks is how a second request is smuggled past a proxy, and HTTP/1.0 has no chunks (RFC 9112
    // §6.1). The web server believes the chunks and puts the length here; no honest client gives it a reason to.
    private static int? FaultOfCoding(HttpRequest request) =>
        request.Headers.ContainsKey("X-Content-Length") || !HttpProtocol.IsHttp11(request.Protocol) ? StatusCodes.Status400BadRequest
        : request.Headers.TransferEncoding is [{ } coding] && coding.Equals("chunked", StringComparison.OrdinalIgnoreCase) ? null
        : StatusCodes.Status501NotImplemented;

    // An app that is to be had over HTTPS, but for the certificate: its name is no stranger here, and saying so helps its owner.
    private static bool LacksCertificate(HttpContext context, EdgePort port, EdgeSnapshot snapshot) =>
        port == EdgePort.Https && snapshot.Hosts.Find(HostLine.Of(context.Request)) is { Certificate: null } host
        && host.Answers(EdgePort.Http, context.Connection.LocalIpAddress);

    // RFC 9110 §15.5.20: a certificate for several apps makes browsers reuse one connection for all of them, and a hostile
    // client may name one host in TLS and another in HTTP. Without a server name in TLS there is nothing to compare.
    private static bool IsMisdirected(HttpContext context, EdgePort port, EdgeSnapshot snapshot, EdgeHost host)
    {
        return context.Features.Get<ITlsHandshakeFeature>()?.HostName is { Length: > 0 } told
            && HostLine.OfTls(told) is var serverName
            && !serverName.Equals(HostLine.Of(context.Request), StringComparison.OrdinalIgnoreCase)
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
