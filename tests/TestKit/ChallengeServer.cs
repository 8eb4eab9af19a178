using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.TestKit;

/// <summary>Serves HTTP-01 answers on a loopback port; everything else is 404.</summary>
public sealed class ChallengeServer : IAsyncDisposable
{
    private const string Path = "/.well-known/acme-challenge/";
    private readonly WebApplication _app;

    private ChallengeServer(WebApplication app) => _app = app;

    /// <summary>Token → key authorization.</summary>
    public ConcurrentDictionary<string, string> Answers { get; } = new();

    public int Port => new Uri(_app.Urls.First()).Port;

    public static async Task<ChallengeServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var server = new ChallengeServer(builder.Build());
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value ?? "";
        if (path.StartsWith(Path, StringComparison.Ordinal) && Answers.TryGetValue(path[Path.Length..], out var answer))
        {
            await context.Response.WriteAsync(answer, context.RequestAborted);
            return;
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
    }
}
