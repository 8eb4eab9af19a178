using System.Buffers;
using System.Net;
using Berth.Edge.Reading;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Berth.Edge.Logging;

/// <summary>
/// Makes the lines of apps' access logs (the combined format of nginx and Apache) and error logs. Nothing waits for a disk: lines go
/// to <see cref="LogWriter"/> in lent memory, and when it cannot keep up they are dropped and counted.
/// </summary>
internal sealed class RequestLog(LogWriter writer, TimeProvider time)
{
    private const int LineSize = 4096;
    private const int TargetLimit = 2048;
    private const int HeaderLimit = 512;

    /// <summary>Writes down a request that has been answered.</summary>
    internal void Served(HttpContext context, EdgeHost host, long bytes)
    {
        if (host.AccessLog is null)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(LineSize);
        var line = new LogLine(buffer.AsSpan(0, LineSize));
        Visitor(ref line, context);
        line.Own(" - - [");
        line.Own(time.GetUtcNow(), "dd/MMM/yyyy:HH:mm:ss '+0000'");
        line.Own("] \"");
        Request(ref line, context);
        line.Own("\" ");
        line.Own(context.Response.StatusCode);
        line.Own(" ");
        line.Own(bytes);
        line.Own(" \"");
        line.Foreign(context.Request.Headers.Referer.ToString(), HeaderLimit);
        line.Own("\" \"");
        line.Foreign(context.Request.Headers.UserAgent.ToString(), HeaderLimit);
        line.Own("\"");
        line.End();
        writer.Write(new LogEntry(host.AccessLog, host.App, buffer, line.Length));
    }

    /// <summary>Writes down a request that the app gave no answer to.</summary>
    internal void Failed(HttpContext context, EdgeHost host, EdgeTarget target, string error)
    {
        if (host.ErrorLog is null)
        {
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(LineSize);
        var line = new LogLine(buffer.AsSpan(0, LineSize));
        line.Own(time.GetUtcNow(), "yyyy/MM/dd HH:mm:ss");
        line.Own(" [error] ");
        line.Own(error);
        line.Own(" at upstream ");
        line.Own(target.Address);
        line.Own(", client: ");
        Visitor(ref line, context);
        line.Own(", status: ");
        line.Own(context.Response.StatusCode);
        line.Own(", request: \"");
        Request(ref line, context);
        line.Own("\", host: \"");
        line.Foreign(HostLine.Of(context.Request), HeaderLimit);
        line.Own("\"");
        line.End();
        writer.Write(new LogEntry(host.ErrorLog, host.App, buffer, line.Length));
    }

    private static void Visitor(ref LogLine line, HttpContext context)
    {
        Span<char> text = stackalloc char[64];
        var address = context.Connection.RemoteIpAddress ?? IPAddress.None;
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        line.Own(plain.TryFormat(text, out var length) ? text[..length] : "-");
    }

    private static void Request(ref LogLine line, HttpContext context)
    {
        line.Foreign(context.Request.Method, HeaderLimit);
        line.Own(" ");
        line.Foreign(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, TargetLimit);
        line.Own(" ");
        line.Foreign(context.Request.Protocol, HeaderLimit);
    }
}
