using System.Collections.Concurrent;
using System.Net;
using Berth.Acme.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Berth.Authority.Tests;

/// <summary>A web server on a free port of 127.0.0.1 that answers HTTP-01 challenges, or misbehaves as a test asks.</summary>
internal sealed class ChallengeHost : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, string> _answers = new();
    private readonly WebApplication _app;

    private ChallengeHost(WebApplication app) => _app = app;

    internal int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>What it does in place of answering; null answers.</summary>
    internal RequestDelegate? Behaviour { get; set; }

    /// <summary>How many requests came in.</summary>
    internal int Requests { get; private set; }

    internal static async Task<ChallengeHost> StartAsync(RequestDelegate? behaviour = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var host = new ChallengeHost(app) { Behaviour = behaviour };
        app.Run(host.HandleAsync);
        await app.StartAsync();
        return host;
    }

    /// <summary>Answers with the files of a folder, where a client puts its proofs.</summary>
    internal void AnswerFrom(string folder) => Behaviour = context =>
        context.Request.Path.Value is { } path && Path.Combine(folder, Path.GetFileName(path)) is var file && File.Exists(file)
            ? context.Response.SendFileAsync(file)
            : Task.FromResult(context.Response.StatusCode = 404);

    internal void Answer(string token, string keyAuthorization) => _answers[token] = keyAuthorization;

    private async Task HandleAsync(HttpContext context)
    {
        Requests++;
        if (Behaviour is { } behaviour)
        {
            await behaviour(context);
            return;
        }

        var path = context.Request.Path.Value!;
        var token = path.StartsWith(KeyAuthorization.Http01Path, StringComparison.Ordinal)
            ? path[KeyAuthorization.Http01Path.Length..]
            : "";
        if (!_answers.TryGetValue(token, out var answer))
        {
            context.Response.StatusCode = 404;
            return;
        }

        await context.Response.WriteAsync(answer);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
