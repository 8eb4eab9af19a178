using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using Berth.Acme.Protocol;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Front;

/// <summary>Answers every HTTP request: one table of routes, one place where failures become problem documents.</summary>
internal sealed class AcmeFront(
    FrozenDictionary<string, Route> routes, PathStyle style, Func<string, bool> isOurs, DirectoryMeta meta, Publication publication,
    RenewalResource renewals, RequestVerifier verifier, INonces nonces, ClientGate gate, ILogger log)
{
    /// <summary>The longest body: a CSR with a hundred names in base64url twice fits well.</summary>
    internal const int LongestBody = 64 * 1024;

    private readonly Route _nonce = new(Signer.Account, (request, _) =>
    {
        request.RequirePostAsGet();
        return Task.FromResult(new Reply { Status = 204 });
    });

    private readonly Route _directory = new(Signer.Account, (request, _) =>
    {
        request.RequirePostAsGet();
        return Task.FromResult(ShowDirectory(request.Urls, meta));
    });

    internal async Task HandleAsync(HttpContext context)
    {
        var client = context.Connection.RemoteIpAddress ?? IPAddress.None;
        if (!gate.TryEnter(client))
        {
            var reply = Reply.Of(Reject.RateLimited("Too many requests at once from your address.", TimeSpan.FromSeconds(1)));
            await WriteAsync(context, reply);
            return;
        }

        try
        {
            await WriteAsync(context, await AnswerAsync(context));
        }
        catch (Exception e) when (e is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; nobody waits for an answer.
        }
        finally
        {
            gate.Leave(client);
        }
    }

    private async Task<Reply> AnswerAsync(HttpContext context)
    {
        var isPost = HttpMethods.IsPost(context.Request.Method);
        try
        {
            return await RouteAsync(context, isPost);
        }
        catch (Rejection rejection)
        {
            return Reply.Of(rejection) with { WantsNonce = isPost };
        }
        catch (BadHttpRequestException e)
        {
            return Reply.Of(Reject.Malformed($"The request cannot be read: {e.Message}", e.StatusCode)) with { WantsNonce = isPost };
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            log.RequestFailed(e, context.Request.Method, context.Request.Path);
            var problem = Reject.Document(AcmeError.ServerInternal, 500, "The server failed; its log says why.");
            return Reply.Of(new Rejection(problem)) with { WantsNonce = isPost };
        }
    }

    private async Task<Reply> RouteAsync(HttpContext context, bool isPost)
    {
        var request = context.Request;
        var isGet = HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);
        if (isGet && await publication.FindAsync(request.Path.Value ?? "", context.RequestAborted) is { } published)
        {
            return published;
        }

        if (!request.IsHttps)
        {
            throw Reject.NotFound("Only CRLs and certificates are published here; ACME is spoken over https.");
        }

        var target = TargetOf(context);
        return (target.Route, isGet, isPost) switch
        {
            ("directory", true, _) => ShowDirectory(target.Urls),
            ("renewal-info/*", true, _) => await renewals.ReadAsync(target.Id, context.RequestAborted),
            // §6.3: POST-as-GET is as good as GET for these two.
            ("directory", _, true) => await PostAsync(context, _directory, target),
            ("new-nonce", _, true) => await PostAsync(context, _nonce, target),
            // §7.2: HEAD is answered with 200, GET with 204.
            ("new-nonce", true, _) => new Reply { Status = HttpMethods.IsHead(request.Method) ? 200 : 204, WantsNonce = true },
            _ when HttpMethods.IsOptions(request.Method) => new Reply { Status = 204 },
            ("directory" or "new-nonce" or "renewal-info/*", _, _) => throw Reject.Malformed($"{request.Method} is not possible here.", 405),
            _ when !routes.ContainsKey(target.Route) => throw Reject.NotFound("There is no such resource."),
            (_, _, false) => throw Reject.Malformed($"{request.Method} is not possible here; resources are read by POST-as-GET.", 405),
            var (name, _, _) => await PostAsync(context, routes[name], target),
        };
    }

    private async Task<Reply> PostAsync(HttpContext context, Route route, RequestTarget target)
    {
        // §6.2: exactly this type; parameters are none of JOSE's.
        if (context.Request.ContentType != JwsMessage.ContentType)
        {
            throw Reject.Malformed($"The content type must be {JwsMessage.ContentType}.", 415);
        }

        var body = await BodyReader.ReadAsync(context.Request, LongestBody, context.RequestAborted);
        var request = await verifier.VerifyAsync(body, route.Signer, target, context.RequestAborted);
        return await route.Handle(request, context.RequestAborted) with { WantsNonce = true };
    }

    private RequestTarget TargetOf(HttpContext context)
    {
        // As it was sent: the web server's own word for it is in Unicode, and throws where it is no name.
        var host = new HostString(context.Request.Headers.Host.ToString());
        if (!isOurs(host.Host.ToLowerInvariant()))
        {
            throw Reject.Malformed("This server does not answer to that host name.", 421);
        }

        var urls = new Urls($"https://{host.Value}", style);
        var parts = PartsOf(context.Request);
        return new RequestTarget
        {
            Urls = urls,
            Url = urls.Base + context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            Route = RouteOf(parts),
            Id = parts.Length > 1 ? parts[1] : "",
            Cursor = context.Request.Query["cursor"].ToString(),
            Client = context.Connection.RemoteIpAddress ?? IPAddress.None,
        };
    }

    private static string[] PartsOf(HttpRequest request) => (request.Path.Value ?? "/")[1..].Split('/');

    private string RouteOf(string[] parts) =>
        style.RouteOf(parts.Length > 1 ? string.Join('/', parts.Select((part, i) => i == 1 ? "*" : part)) : parts[0]);

    private Reply ShowDirectory(Urls urls) => ShowDirectory(urls, meta);

    private static Reply ShowDirectory(Urls urls, DirectoryMeta meta) =>
        Reply.Json(DirectoryOf(urls, meta), AcmeJson.Default.AcmeDirectory) with { CacheControl = "public, max-age=0, no-cache" };

    private static AcmeDirectory DirectoryOf(Urls urls, DirectoryMeta meta) => new()
    {
        NewNonce = urls.NewNonce,
        NewAccount = urls.NewAccount,
        NewOrder = urls.NewOrder,
        NewAuthz = urls.NewAuthorization,
        RevokeCert = urls.RevokeCertificate,
        KeyChange = urls.KeyChange,
        RenewalInfo = urls.RenewalInfo,
        Meta = meta.IssuerDomainNames is null ? meta : meta with { AccountHashPrefix = urls.AccountHashPrefix },
    };

    private async Task WriteAsync(HttpContext context, Reply reply)
    {
        var response = context.Response;
        var headers = response.Headers;
        response.StatusCode = reply.Status;
        headers.CacheControl = reply.CacheControl;
        if (reply.WantsNonce)
        {
            headers["Replay-Nonce"] = nonces.Next();
        }

        AddLinks(context, reply);
        if (reply.Location is not null)
        {
            headers.Location = reply.Location;
        }

        if (reply.Status == 405)
        {
            headers.Allow = AllowedAt(RouteOf(PartsOf(context.Request)));
        }

        if (reply.RetryAfter is { } wait)
        {
            headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }

        if (reply.ContentType is not null)
        {
            headers.ContentType = reply.ContentType;
            headers.ContentLength = reply.Body.Length;
        }

        if (reply.Body.Length > 0 && !HttpMethods.IsHead(context.Request.Method))
        {
            await response.Body.WriteAsync(reply.Body, context.RequestAborted);
        }
    }

    private static string AllowedAt(string route) => route switch
    {
        "renewal-info/*" => "GET, HEAD, OPTIONS",
        "directory" or "new-nonce" => "GET, HEAD, POST, OPTIONS",
        _ => "POST, OPTIONS",
    };

    private void AddLinks(HttpContext context, Reply reply)
    {
        var headers = context.Response.Headers;
        if (!context.Request.IsHttps)
        {
            return;
        }

        // §6.1: clients in browsers are clients too, and need to read these.
        headers.AccessControlAllowOrigin = "*";
        headers.AccessControlExposeHeaders = "Link, Location, Replay-Nonce, Retry-After";
        if (HttpMethods.IsOptions(context.Request.Method))
        {
            headers.AccessControlAllowMethods = "GET, HEAD, POST";
            headers.AccessControlAllowHeaders = "Content-Type";
        }

        // A host that is not ours has no directory here.
        headers.Link = (reply.Status == 421
            ? reply.Links
            : reply.Links.Add(Reply.Link($"https://{context.Request.Headers.Host}{style.PathOf("directory")}", "index"))).ToArray();
    }
}
