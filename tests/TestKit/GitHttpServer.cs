using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.TestKit;

/// <summary>Serves the repositories below a folder over HTTP or HTTPS on a loopback port, by git's own <c>git http-backend</c> (a CGI program).</summary>
public sealed class GitHttpServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly WebApplication _app;
    private readonly X509Certificate2? _certificate;

    private GitHttpServer(string folder, X509Certificate2? certificate)
    {
        (_folder, _certificate) = (folder, certificate);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    /// <summary>What goes in front of a repository's path.</summary>
    public string Url => _app.Urls.First().TrimEnd('/');

    /// <summary>Its own certificate, in PEM; null over plain HTTP.</summary>
    public string? CertificatePem => _certificate?.ExportCertificatePem();

    public static async Task<GitHttpServer> StartAsync(string folder, bool secure)
    {
        var server = new GitHttpServer(folder, secure ? LoopbackCertificate.Create() : null);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate?.Dispose();
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var backend = Process.Start(Backend(context.Request))!;
        using var answer = new MemoryStream();
        var reading = backend.StandardOutput.BaseStream.CopyToAsync(answer, context.RequestAborted);
        _ = backend.StandardError.ReadToEndAsync(context.RequestAborted);
        await context.Request.Body.CopyToAsync(backend.StandardInput.BaseStream, context.RequestAborted);
        backend.StandardInput.Close();
        await reading;
        await backend.WaitForExitAsync(context.RequestAborted);
        await PassOnAsync(context.Response, answer.ToArray(), context.RequestAborted);
    }

    // RFC 3875 §4.1.
    private ProcessStartInfo Backend(HttpRequest request)
    {
        var start = new ProcessStartInfo("git", ["http-backend"]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["GIT_PROJECT_ROOT"] = _folder;
        start.Environment["GIT_HTTP_EXPORT_ALL"] = "1";
        start.Environment["GIT_PROTOCOL"] = request.Headers["Git-Protocol"];
        start.Environment["REQUEST_METHOD"] = request.Method;
        start.Environment["PATH_INFO"] = request.Path;
        start.Environment["QUERY_STRING"] = request.QueryString.Value?.TrimStart('?');
        start.Environment["CONTENT_TYPE"] = request.ContentType;
        start.Environment["CONTENT_LENGTH"] = request.ContentLength?.ToString(CultureInfo.InvariantCulture);
        start.Environment["HTTP_CONTENT_ENCODING"] = request.Headers.ContentEncoding;
        start.Environment["REMOTE_ADDR"] = "127.0.0.1";
        return start;
    }

    // RFC 3875 §6.2: header lines, an empty one, the body.
    private static async Task PassOnAsync(HttpResponse response, byte[] answer, CancellationToken cancel)
    {
        var end = answer.AsSpan().IndexOf("\r\n\r\n"u8);
        foreach (var line in Encoding.Latin1.GetString(answer, 0, end).Split("\r\n"))
        {
            var (name, value) = (line[..line.IndexOf(':', StringComparison.Ordinal)], line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());
            if (name == "Status")
            {
                response.StatusCode = int.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture);
            }
            else
            {
                response.Headers[name] = value;
            }
        }

        await response.Body.WriteAsync(answer.AsMemory(end + 4), cancel);
    }
}
