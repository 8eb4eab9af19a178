using System.Buffers;
using System.Collections.Immutable;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Answers;

/// <summary>The HTTP-01 challenge of ACME (RFC 8555 §8.3).</summary>
internal static class Challenge
{
    private const string Folder = "/.well-known/acme-challenge/";

    // What a token is made of (RFC 8555 §8.3): base64url.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");

    /// <summary>A CA reads one plain token and does nothing else: only that stays on HTTP and goes before all routing.</summary>
    internal static bool IsAskedFor(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && request.Path.Value is { } path && path.StartsWith(Folder, StringComparison.Ordinal)
        && path.Length > Folder.Length && !path.AsSpan(Folder.Length).ContainsAnyExcept(TokenCharacters);

    /// <returns>The key authorization of an open challenge, or null.</returns>
    internal static string? Answer(HttpRequest request, ImmutableDictionary<string, string> open) =>
        open.GetValueOrDefault(request.Path.Value![Folder.Length..]);

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
