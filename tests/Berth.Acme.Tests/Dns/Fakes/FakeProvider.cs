using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>
/// A provider's API on a real socket, as its documentation has it: one zone, example.test, with records of its owner's in it.
/// Whatever host the client means, its requests come here.
/// </summary>
internal abstract class FakeProvider : IAsyncDisposable
{
    internal const string Zone = "example.test";
    private static readonly ConcurrentDictionary<string, FakeProvider> Running = new();

    // One server for all of them: a start costs more than a test.
    private static readonly Lazy<Task<WebApplication>> Server = new(StartServerAsync);
    private readonly Lock _gate = new();
    private readonly string _id = Guid.NewGuid().ToString("N");
    private Uri? _url;

    /// <summary>lego's code.</summary>
    internal abstract string Code { get; }

    /// <summary>Right ones.</summary>
    internal abstract Dictionary<string, string> Settings { get; }

    /// <summary>Which of the settings is the secret.</summary>
    internal abstract string SecretSetting { get; }

    /// <summary>Name with its zone → TXT values, unquoted.</summary>
    internal Dictionary<string, List<string>> Records { get; } = new() { ["_acme-challenge." + Zone] = ["of the owner"] };

    /// <summary>What was asked, and what came along.</summary>
    internal ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Misbehaviour instead of the next answers.</summary>
    internal ConcurrentQueue<RequestDelegate> Scripts { get; } = new();

    internal IReadOnlyList<string> ValuesAt(string name)
    {
        lock (_gate)
        {
            return Records.TryGetValue(name, out var values) ? [.. values] : [];
        }
    }

    internal async Task StartAsync()
    {
        Running[_id] = this;
        _url = new Uri((await Server.Value).Urls.First());
    }

    /// <summary>A client whose every request comes here, its host in the header <c>X-Meant</c>.</summary>
    internal HttpClient CreateClient() => new(new Diversion(_url!, _id));

    public ValueTask DisposeAsync()
    {
        Running.TryRemove(_id, out _);
        return ValueTask.CompletedTask;
    }

    /// <summary>Answers as the provider does; called under a lock.</summary>
    /// <param name="path">Host and path, without the query.</param>
    /// <param name="request">The rest.</param>
    /// <param name="body">Read whole.</param>
    protected abstract FakeAnswer Answer(string path, HttpRequest request, string body);

    protected static FakeAnswer Json(int status, JsonNode body) => new(status, body.ToJsonString(), "application/json");

    protected static FakeAnswer Empty(int status) => new(status, "", null);

    protected static string Unquote(string text) => text.Replace("\" \"", "", StringComparison.Ordinal).Trim('"');

    protected static string NameOf(string label) => label is "" or "@" ? Zone : label.TrimEnd('.') + "." + Zone;

    protected List<string> At(string name)
    {
        if (!Records.TryGetValue(name, out var values))
        {
            Records[name] = values = [];
        }

        return values;
    }

    protected void Set(string name, IEnumerable<string> values)
    {
        var list = values.ToList();
        Assert.Equal(list.Count, list.Distinct().Count());
        if (list.Count == 0)
        {
            Records.Remove(name);
        }
        else
        {
            Records[name] = list;
        }
    }

    private static async Task<WebApplication> StartServerAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        app.Run(context => Running[context.Request.Headers["X-Fake"].ToString()].RouteAsync(context));
        await app.StartAsync();
        return app;
    }

    private async Task RouteAsync(HttpContext context)
    {
        var path = context.Request.Headers["X-Meant"].ToString() + context.Request.Path.Value;
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        Requests.Enqueue($"{context.Request.Method} {path}{context.Request.QueryString} {body}");
        if (Scripts.TryDequeue(out var script))
        {
            await script(context);
            return;
        }

        FakeAnswer answer;
        lock (_gate)
        {
            answer = Answer(path, context.Request, body);
        }

        context.Response.StatusCode = answer.Status;
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        if (answer.ContentType is not null)
        {
            context.Response.ContentType = answer.ContentType;
            await context.Response.WriteAsync(answer.Body);
        }
    }

    private sealed class Diversion(Uri target, string id) : DelegatingHandler(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Add("X-Fake", id);
            request.Headers.Add("X-Meant", request.RequestUri!.Authority);
            request.RequestUri = new Uri(target, request.RequestUri.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}

internal sealed record FakeAnswer(int Status, string Body, string? ContentType)
{
    internal Dictionary<string, string> Headers { get; init; } = [];
}
