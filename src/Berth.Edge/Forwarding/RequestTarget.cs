using System.Buffers;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Edge.Forwarding;

/// <summary>The path and query of a request, byte for byte as the visitor wrote them where that is safe.</summary>
internal static class RequestTarget
{
    // Everything RFC 3986 lets a path and query hold, and what browsers send raw; nothing that ends a request line.
    private static readonly SearchValues<char> Safe = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~:/?[]@!$&'()*+,;=%\"<>\\^`{|}");

    /// <returns>Origin form (RFC 9112 §3.2.1), starting with a slash; re-encoded when it came in another form.</returns>
    internal static string Of(HttpContext context)
    {
        var raw = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        return raw is ['/', ..] && !raw.AsSpan().ContainsAnyExcept(Safe) ? raw : Encoded(context.Request);
    }

    private static string Encoded(HttpRequest request) =>
        UriHelper.BuildRelative(path: request.Path.HasValue ? request.Path : "/", query: request.QueryString);
}
