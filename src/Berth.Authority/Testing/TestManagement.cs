using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Berth.Authority.Front;
using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Berth.Authority.Testing;

/// <summary>Pebble's management interface: roots, intermediates and their keys, and what became of a certificate.</summary>
internal sealed class TestManagement : IAsyncDisposable
{
    private readonly TestHierarchy _hierarchy;
    private readonly IAuthorityStore _store;
    private WebApplication? _app;

    private TestManagement(TestHierarchy hierarchy, IAuthorityStore store) => (_hierarchy, _store) = (hierarchy, store);

    internal static async Task<TestManagement> StartAsync(
        AuthorityOptions options, TestHierarchy hierarchy, EndpointCertificate certificate, IAuthorityStore store, ILoggerFactory logs, CancellationToken cancel)
    {
        var management = new TestManagement(hierarchy, store);
        foreach (var (id, secret) in options.Testing!.BindingKeys)
        {
            await store.AddBindingKeyAsync(
                new BindingKeyRecord { Id = id, Secret = secret, Created = TimeProvider.System.GetUtcNow(), Names = [] }, cancel);
        }

        if (options.Testing.Management is { } address)
        {
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = "/" });
            builder.Services.AddSingleton(logs);
            builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(
                address, listen => listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = hello => certificate.CurrentAsync(hello.CancellationToken) })));
            management._app = builder.Build();
            management._app.Run(management.AnswerAsync);
            await management._app.StartAsync(cancel);
        }

        return management;
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var path = (context.Request.Path.Value ?? "/")[1..].Split('/');
        var body = path switch
        {
            ["roots", var number] when Number(number) is { } at => Pem(context, "roots", _hierarchy.RootPem(at)),
            ["root-keys", var number] when Number(number) is { } at => Pem(context, "root-keys", _hierarchy.RootKeyPem(at)),
            ["intermediates", var number] when Number(number) is { } at => Pem(context, "intermediates", _hierarchy.IntermediatePem(at)),
            ["intermediate-keys", var number] when Number(number) is { } at => Pem(context, "intermediate-keys", _hierarchy.IntermediateKeyPem(at)),
            ["cert-status-by-serial", var serial] => await StatusAsync(context, serial),
            ["set-renewal-info"] when HttpMethods.IsPost(context.Request.Method) => await SetRenewalInfoAsync(context),
            _ => null,
        };
        if (body is null)
        {
            context.Response.StatusCode = context.Response.StatusCode == 200 ? 404 : context.Response.StatusCode;
            return;
        }

        await context.Response.WriteAsync(body, context.RequestAborted);
    }

    private string Pem(HttpContext context, string kind, string pem)
    {
        context.Response.ContentType = "application/pem-certificate-chain; charset=utf-8";
        context.Response.Headers.Link = Enumerable.Range(0, _hierarchy.Count)
            .Select(number => string.Create(CultureInfo.InvariantCulture, $"<https://{context.Request.Host.Value}/{kind}/{number}>;rel=\"alternate\"")).ToArray();
        return pem;
    }

    private int? Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number < _hierarchy.Count ? number : null;

    private async Task<string?> StatusAsync(HttpContext context, string serial)
    {
        // openssl shows a leading zero that a number does not have.
        var text = serial.ToLowerInvariant();
        var found = await _store.FindCertificateAsync(text.Length % 2 == 0 ? text : "0" + text, context.RequestAborted)
            ?? await _store.FindCertificateAsync(text, context.RequestAborted);
        if (found is null)
        {
            return null;
        }

        context.Response.ContentType = "application/json; charset=utf-8";
        var status = new JsonObject
        {
            ["Certificate"] = PemEncoding.WriteString("CERTIFICATE", found.Der) + "\n",
            ["Serial"] = text.TrimStart('0'),
            ["Status"] = found.Revoked is null ? "Valid" : "Revoked",
        };
        if (found.Revoked is { } revoked)
        {
            status["Reason"] = found.Reason ?? 0;
            status["RevokedAt"] = revoked.ToString("O", CultureInfo.InvariantCulture);
        }

        return status.ToJsonString();
    }

    // {"certificate": PEM, "ariResponse": text of a renewal information object}
    private async Task<string?> SetRenewalInfoAsync(HttpContext context)
    {
        try
        {
            using var reader = new StreamReader(context.Request.Body);
            var wanted = JsonNode.Parse(await reader.ReadToEndAsync(context.RequestAborted))!;
            using var certificate = System.Security.Cryptography.X509Certificates.X509Certificate2.CreateFromPem(wanted["certificate"]!.GetValue<string>());
            var info = JsonNode.Parse(wanted["ariResponse"]!.GetValue<string>())!;
            var window = info["suggestedWindow"]!;
            var serial = SerialNumber.Text(certificate.SerialNumberBytes.Span);
            await _store.RemoveIncidentAsync(serial, context.RequestAborted);
            var incident = new IncidentRecord
            {
                Id = serial,
                Serial = serial,
                Start = Time(window["start"]!),
                End = Time(window["end"]!),
                Url = info["explanationURL"]?.GetValue<string>(),
            };
            await _store.AddIncidentsAsync([incident], context.RequestAborted);
            return "";
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or NullReferenceException or InvalidOperationException or FormatException
            or CryptographicException or ArgumentException)
        {
            context.Response.StatusCode = 400;
            return $"Not {{\"certificate\": PEM, \"ariResponse\": JSON}}: {e.Message}";
        }
    }

    private static DateTimeOffset Time(JsonNode node) =>
        DateTimeOffset.Parse(node.GetValue<string>(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}
