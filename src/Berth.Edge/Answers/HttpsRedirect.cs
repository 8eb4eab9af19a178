using System.Globalization;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Answers;

/// <summary>
/// Sends a visitor from HTTP to HTTPS, keeping path and query: 301 for GET and HEAD, as Dokku does; 308 for other methods,
/// because clients turn a 301 after POST into a GET (RFC 9110 §15.4.2).
/// </summary>
internal static class HttpsRedirect
{
    internal static Task WriteAsync(HttpContext context, EdgeHost host)
    {
        var method = context.Request.Method;
        var port = host.HttpsPort == 443 ? "" : $":{host.HttpsPort.ToString(CultureInfo.InvariantCulture)}";
        var name = HostLine.Fold(HostLine.Of(context.Request));
        context.Response.StatusCode = HttpMethods.IsGet(method) || HttpMethods.IsHead(method)
            ? StatusCodes.Status301MovedPermanently
            : StatusCodes.Status308PermanentRedirect;
        var shown = name?.Contains(':') == true ? $"[{name}]" : name;
        context.Response.Headers.Location = $"https://{shown}{port}{RequestTarget.Of(context)}";
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
