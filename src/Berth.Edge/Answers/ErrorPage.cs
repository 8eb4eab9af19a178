using System.Globalization;
using System.Net.Mime;
using System.Text;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Http;

namespace Berth.Edge.Answers;

/// <summary>The edge's own short answers: HTML for browsers, plain text for the rest. They name no app.</summary>
internal static class ErrorPage
{
    /// <summary>Repeats the host only when it is a name that can do no harm on a page; its owner reads there what to do.</summary>
    internal static Task UnknownHostAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status404NotFound, "Not known here",
        HostLine.Fold(HostLine.Of(context.Request)) is { } name
            ? $"The host {name} is not known here. Is the server yours? Then give it to an app: berth domains:add APP {name}"
            : "This host is not known here.");

    /// <summary>Tells no more than plain HTTP does: that the visitor's own name is served, not whose it is.</summary>
    internal static Task NoCertificateAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status404NotFound, "No certificate yet",
        $"The host {HostLine.Fold(HostLine.Of(context.Request))} has no certificate here yet. Is the server yours? Then get one for its app: berth letsencrypt:enable APP");

    internal static Task UnknownChallengeAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status404NotFound, "Not known here", "There is no such challenge.");

    internal static Task MisdirectedAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status421MisdirectedRequest, "Misdirected request",
        "This connection was made for another host. Open a new one.");

    internal static Task NotRunningAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status502BadGateway, "Not running", "The app is not running.");

    internal static Task MethodAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status405MethodNotAllowed, "Method not allowed", "This method is not forwarded to apps.");

    internal static Task BodyTooLongAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status413PayloadTooLarge, "Too large", "The request's body is longer than this app takes.");

    /// <summary>An answer for a request that cannot be read in one way only; where it ends is not sure, so the connection ends with it.</summary>
    internal static Task RefusedAsync(HttpContext context, int status) => status == StatusCodes.Status501NotImplemented
        ? WriteAsync(context, status, "Not implemented", "A body in this transfer coding is not understood here.", closes: true)
        : WriteAsync(context, status, "Bad request", "The request can be read in more than one way.", closes: true);

    /// <summary>An answer for a request that could not be forwarded, or whose response never came.</summary>
    internal static Task FailedAsync(HttpContext context, int status) => status switch
    {
        StatusCodes.Status413PayloadTooLarge => BodyTooLongAsync(context),
        StatusCodes.Status504GatewayTimeout => WriteAsync(context, status, "No answer", "The app did not answer in time."),
        >= 400 and < 500 => WriteAsync(context, status, "Bad request", "The request could not be read to its end."),
        _ => WriteAsync(
            context, StatusCodes.Status502BadGateway, "No valid answer", "The app did not take the request or gave no valid answer."),
    };

    private static Task WriteAsync(HttpContext context, int status, string title, string text, bool closes = false)
    {
        var html = context.Request.Headers.Accept.ToString().Contains(MediaTypeNames.Text.Html, StringComparison.OrdinalIgnoreCase);
        var page = Encoding.UTF8.GetBytes(html ? Html(status, title, text) : $"{text}\n");
        var response = context.Response;
        response.Clear();
        response.StatusCode = status;
        response.ContentType = html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8";
        response.ContentLength = page.Length;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (closes && HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            response.Headers.Connection = "close";
        }

        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(page, context.RequestAborted).AsTask();
    }

    // The text may hold a host name, of which only letters, digits, dots, hyphens and underscores come this far.
    private static string Html(int status, string title, string text) => string.Create(CultureInfo.InvariantCulture, $$$"""
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>{{{status}}} {{{title}}}</title>
        <style>body{margin:20vh auto;max-width:32rem;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif;color:#222}
        @media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}</style>
        <h1>{{{title}}}</h1>
        <p>{{{text}}}</p>
        </html>

        """);
}
