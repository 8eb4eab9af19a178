using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Requests;

/// <summary>The HTTP-01 challenge of ACME (RFC 8555 §8.3).</summary>
internal static class Challenge
{
    private const string Folder = "/.well-known/acme-challenge/";

    internal static bool IsAskedFor(HttpRequest request) =>
        request.Path.Value is { } path && path.StartsWith(Folder, StringComparison.Ordinal);

    /// <returns>The key authorization of an open challenge, or null.</returns>
    internal static string? Answer(HttpRequest request, ImmutableDictionary<string, string> open) =>
        HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method)
            ? open.GetValueOrDefault(request.Path.Value![Folder.Length..])
            : null;

    internal static Task WriteAsync(HttpContext context, string keyAuthorization)
    {
        var body = Encoding.ASCII.GetBytes(keyAuthorization);
        context.Response.ContentType = "text/plain";
        context.Response.ContentLength = body.Length;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.XContentTypeOptions = "nosniff";
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
