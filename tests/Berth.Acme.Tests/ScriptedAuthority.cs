using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Nodes;
using Berth.TestKit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Berth.Acme.Tests;

/// <summary>
/// An authority on a real TLS socket that checks nothing and does well, until a test scripts one of its paths to misbehave.
/// One order with one name: /dir /nonce /account /order /order/1 /authz/1 /challenge/1 /finalize/1 /cert/1.
/// </summary>
internal sealed class ScriptedAuthority : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _nonces;

    private ScriptedAuthority(WebApplication app, X509Certificate2 certificate) => (_app, Certificate) = (app, certificate);

    /// <summary>What its clients trust.</summary>
    internal X509Certificate2 Certificate { get; }

    internal string Url => _app.Urls.First();

    internal TestIssuer Issuer { get; } = new();

    /// <summary>Path → misbehaviour, instead of the usual answer.</summary>
    internal ConcurrentDictionary<string, RequestDelegate> Scripts { get; } = new();

    /// <summary>What was asked, and the payloads that came along.</summary>
    internal ConcurrentQueue<(string Path, JsonNode? Payload)> Requests { get; } = new();

    internal string OrderStatus { get; set; } = "pending";

    internal string AuthorizationStatus { get; set; } = "pending";

    internal bool RenewalInfo { get; set; }

    internal bool OffersKeyChange { get; set; } = true;

    /// <summary>What the directory lists; null for a server that knows no profiles.</summary>
    internal JsonObject? Profiles { get; set; }

    /// <summary>What a script has sent, where it counts.</summary>
    internal long Written { get; set; }

    /// <summary>How many nonces each answer carries, but for that of /nonce.</summary>
    internal int Nonces { get; set; } = 1;

    /// <summary>Put before the paths that the directory names; what is answered below it is the same.</summary>
    internal string Prefix { get; set; } = "";

    internal JsonArray Challenges => new(Challenge("unknown-99"), Challenge("http-01"));

    /// <summary>The chain the certificate URL gives out; the issuer's by default.</summary>
    internal string? Chain { get; set; }

    /// <param name="certificate">What it shows over TLS; null for one that is valid.</param>
    internal static async Task<ScriptedAuthority> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        certificate ??= LoopbackCertificate.Create();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate)));
        builder.WebHost.UseKestrelHttpsConfiguration();
        var server = new ScriptedAuthority(builder.Build(), certificate);
        server._app.Run(server.AnswerAsync);
        await server._app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        Issuer.Dispose();
        await _app.DisposeAsync();
        Certificate.Dispose();
    }

    internal static Task WriteAsync(HttpContext context, int status, JsonNode body, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body.ToJsonString());
    }

    internal static Task RefuseAsync(HttpContext context, int status, string type, string detail) => WriteAsync(
        context,
        status,
        new JsonObject { ["type"] = "urn:ietf:params:acme:error:" + type, ["detail"] = detail },
        "application/problem+json");

    internal JsonObject Order() => new()
    {
        ["status"] = OrderStatus,
        ["identifiers"] = new JsonArray(new JsonObject { ["type"] = "dns", ["value"] = "app.example" }),
        ["authorizations"] = new JsonArray($"{Url}/authz/1"),
        ["finalize"] = $"{Url}/finalize/1",
        ["certificate"] = OrderStatus == "valid" ? $"{Url}/cert/1" : null,
    };

    internal JsonObject Authorization(JsonArray challenges) => new()
    {
        ["status"] = AuthorizationStatus,
        ["identifier"] = new JsonObject { ["type"] = "dns", ["value"] = "app.example" },
        ["challenges"] = challenges,
    };

    internal JsonObject Challenge(string type, string token = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ") => new()
    {
        ["type"] = type,
        ["status"] = AuthorizationStatus,
        ["url"] = $"{Url}/challenge/1",
        ["token"] = token,
    };

    private async Task AnswerAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        var payload = await ReadPayloadAsync(context.Request);
        Requests.Enqueue((path, payload));
        if (path != "/dir")
        {
            var count = path.EndsWith("/nonce", StringComparison.Ordinal) ? 1 : Nonces;
            context.Response.Headers["Replay-Nonce"] =
                new([.. Enumerable.Range(0, count).Select(_ => $"nonce{Interlocked.Increment(ref _nonces)}")]);
        }

        await (Scripts.TryGetValue(path, out var script) ? script(context) : BehaveAsync(context, path, payload));
    }

    internal async Task BehaveAsync(HttpContext context, string path, JsonNode? payload)
    {
        switch (Prefix.Length > 0 && path.StartsWith(Prefix, StringComparison.Ordinal) ? path[Prefix.Length..] : path)
        {
            case "/dir":
                await WriteAsync(context, 200, Directory());
                break;
            case "/nonce":
                break;
            case "/account":
                context.Response.Headers.Location = $"{Url}/account/1";
                await WriteAsync(context, 201, new JsonObject { ["status"] = "valid" });
                break;
            case "/key-change":
                await WriteAsync(context, 200, new JsonObject { ["status"] = "valid" });
                break;
            case "/order":
                (OrderStatus, AuthorizationStatus, Chain) = ("pending", "pending", null);
                context.Response.Headers.Location = $"{Url}/order/1";
                await WriteAsync(context, 201, Order());
                break;
            case "/order/1":
                await WriteAsync(context, 200, Order());
                break;
            case "/authz/1":
                AuthorizationStatus = (string?)payload?["status"] ?? AuthorizationStatus;
                await WriteAsync(context, 200, Authorization(Challenges));
                break;
            case "/challenge/1":
                (AuthorizationStatus, OrderStatus) = ("valid", "ready");
                await WriteAsync(context, 200, Challenge("http-01"));
                break;
            case "/finalize/1":
                Chain ??= Issuer.Sign(Base64Url.DecodeFromChars((string)payload!["csr"]!));
                OrderStatus = "valid";
                await WriteAsync(context, 200, Order());
                break;
            default:
                context.Response.ContentType = "application/pem-certificate-chain";
                await context.Response.WriteAsync(Chain!);
                break;
        }
    }

    private JsonObject Directory() => new()
    {
        ["renewalInfo"] = RenewalInfo ? $"{Url}/renewal" : null,
        ["newNonce"] = $"{Url}{Prefix}/nonce",
        ["newAccount"] = $"{Url}{Prefix}/account",
        ["newOrder"] = $"{Url}{Prefix}/order",
        ["revokeCert"] = $"{Url}/revoke",
        ["keyChange"] = OffersKeyChange ? $"{Url}/key-change" : null,
        ["meta"] = new JsonObject { ["profiles"] = Profiles?.DeepClone() },
        ["unknownMember"] = new JsonArray(1, "two", null),
    };

    private static async Task<JsonNode?> ReadPayloadAsync(HttpRequest request)
    {
        if (request.Method != HttpMethods.Post)
        {
            return null;
        }

        var message = await JsonSerializer.DeserializeAsync<JsonNode>(request.Body);
        var payload = (string)message!["payload"]!;
        return payload.Length == 0 ? null : JsonNode.Parse(Base64Url.DecodeFromChars(payload));
    }
}
