using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Hostile;

/// <summary>What a hostile or broken authority can do to a client in the middle of an order.</summary>
internal static class Tricks
{
    internal const string Inside = "https://169.254.169.254/latest/meta-data";

    internal static IReadOnlyDictionary<string, Trick> All { get; } = new Dictionary<string, Trick>(
        (KeyValuePair<string, Trick>[])[.. States(), .. Certificates(), .. Waits(), .. Addresses(), .. Bodies()]);

    // Only where the trick is: all else takes as long as this machine needs.
    private static Func<AcmeClientOptions, AcmeClientOptions> Impatient => options => options with { ProcessingTimeout = TimeSpan.FromMilliseconds(400) };

    private static Func<AcmeClientOptions, AcmeClientOptions> ImpatientWithNames => options => options with { ValidationTimeout = TimeSpan.FromMilliseconds(400) };

    private static Dictionary<string, Trick> States() => new()
    {
        ["valid without certificate"] = new(AcmeProblems.ResponseInvalid, true, ca => OnFinalize(ca, order => order["status"] = "valid")),
        ["ready, then invalid"] = new(AcmeProblems.OrderInvalid, false, ca => OnFinalize(ca, order => order["status"] = "invalid")),
        ["processing for ever"] = new(AcmeProblems.ProcessingTimeout, true, ca =>
        {
            OnFinalize(ca, order => order["status"] = "processing");
            OnOrder(ca, order => order["status"] = ca.OrderStatus == "ready" ? "processing" : ca.OrderStatus);
        })
        { Patience = Impatient },
        ["ready for ever"] = new(AcmeProblems.ProcessingTimeout, true, ca => OnFinalize(ca, order => order["status"] = "ready")) { Patience = Impatient },
        ["a name pending for ever"] = new(AcmeProblems.ValidationTimeout, true, ca => ca.Scripts["/challenge/1"] = context =>
            ScriptedAuthority.WriteAsync(context, 200, ca.Challenge("http-01")))
        { Patience = ImpatientWithNames },
        ["the order pending for ever"] = new(
            AcmeProblems.ProcessingTimeout, true, ca => OnOrder(ca, order => order["status"] = "pending"))
        { Patience = Impatient },
        ["an order in a state nobody knows"] = new(
            AcmeProblems.ProcessingTimeout, true, ca => OnOrder(ca, order => order["status"] = "dancing"))
        { Patience = Impatient },
        ["a name in a state nobody knows"] = new(
            AcmeProblems.ValidationRefused, false, ca => OnAuthorization(ca, authorization => authorization["status"] = "dancing")),
        ["a name that was not ordered"] = new(AcmeProblems.ResponseInvalid, false, ca => OnAuthorization(ca, authorization =>
            authorization["identifier"] = new JsonObject { ["type"] = "dns", ["value"] = "bank.example" })),
        ["a wildcard that was not ordered"] = new(
            AcmeProblems.ResponseInvalid, false, ca => OnAuthorization(ca, authorization => authorization["wildcard"] = true)),
        ["no authorizations"] = new(AcmeProblems.ResponseInvalid, false, ca => OnNewOrder(ca, order => order["authorizations"] = new JsonArray())),
        ["too many authorizations"] = new(AcmeProblems.ResponseInvalid, false, ca => OnNewOrder(ca, order =>
            order["authorizations"] = new JsonArray([.. Enumerable.Range(0, 1001).Select(i => (JsonNode)$"{ca.Url}/authz/1?{i}")]))),
    };

    private static Dictionary<string, Trick> Certificates() => new()
    {
        ["a certificate for another key"] = Wrong((ca, _) => ca.Issuer.SignStranger("app.example")),
        ["a certificate for other names"] = Wrong((ca, csr) => ca.Issuer.SignOtherName(csr, "other.example")),
        ["a certificate that has expired"] = Wrong((ca, csr) => ca.Issuer.Sign(csr, Now.AddDays(-9), TimeSpan.FromDays(8))),
        ["a certificate of the future"] = Wrong((ca, csr) => ca.Issuer.Sign(csr, Now.AddDays(1))),
        ["a certificate that signs others"] = Wrong((ca, csr) => ca.Issuer.SignAuthority(csr)),
        ["a certificate not meant for servers"] = Wrong((ca, csr) => ca.Issuer.SignForClients(csr)),
        ["a chain that only shares names"] = Wrong((ca, csr) =>
            ca.Issuer.Sign(csr).Replace(ca.Issuer.RootPem, TestIssuer.ImpostorPem(), StringComparison.Ordinal)),
        ["a chain of one that may not sign"] = Wrong((_, csr) => TestIssuer.SignByLeaf(csr)),
        ["a chain by an issuer that has expired"] = Wrong((_, csr) => TestIssuer.SignByExpired(csr)),
        ["garbage in PEM"] = Unreadable((_, _) => "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        ["PEM that never ends"] = Unreadable((_, _) => string.Concat(Enumerable.Repeat("-----BEGIN CERTIFICATE-----\n", 30_000))),
        ["DER instead of PEM"] = new(AcmeProblems.ResponseInvalid, true, ca => ca.Scripts["/cert/1"] = context =>
            context.Response.Body.WriteAsync(new byte[] { 0x30, 0x82, 0x01, 0x0a }, context.RequestAborted).AsTask()),
        ["a private key in the chain"] = Unreadable((ca, csr) => ca.Issuer.Sign(csr) + "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
        ["a certificate of 10 MB"] = new(AcmeProblems.ResponseInvalid, true, ca => ca.Scripts["/cert/1"] = context =>
            context.Response.WriteAsync(new string('A', 10_000_000), context.RequestAborted)),
    };

    private static Dictionary<string, Trick> Waits() => new()
    {
        ["429, in seconds"] = Busy(429, "7200"),
        ["429, as a date"] = Busy(429, Now.AddHours(2).ToString("r", CultureInfo.InvariantCulture)),
        ["429, absurd"] = Busy(429, "99999999999999999999"),
        ["429, negative"] = Busy(429, "-7200"),
        ["429, in words"] = Busy(429, "later"),
        ["429, by a date of the past"] = Busy(429, "Mon, 01 Jan 1990 00:00:00 GMT"),
        ["503, in seconds"] = Busy(503, "7200"),
        ["503, as a date"] = Busy(503, Now.AddHours(2).ToString("r", CultureInfo.InvariantCulture)),
        ["503, absurd"] = Busy(503, "99999999999999999999"),
        ["503, negative"] = Busy(503, "-7200"),
    };

    private static Dictionary<string, Trick> Addresses() => new()
    {
        ["an order at another host"] = new(AcmeProblems.UrlInvalid, false, ca => ca.Scripts["/order"] = context =>
        {
            context.Response.Headers.Location = "https://other.example/order/1";
            return ScriptedAuthority.WriteAsync(context, 201, ca.Order());
        }),
        ["an order without an address"] = new(
            AcmeProblems.ResponseInvalid, false, ca => ca.Scripts["/order"] = context => ScriptedAuthority.WriteAsync(context, 201, ca.Order())),
        ["an authorization inside"] = new(
            AcmeProblems.UrlInvalid, false, ca => OnNewOrder(ca, order => order["authorizations"] = new JsonArray(Inside))),
        ["a challenge inside"] = new(AcmeProblems.UrlInvalid, false, ca => OnAuthorization(ca, authorization =>
            authorization["challenges"]![1]!["url"] = Inside)),
        ["finalization inside"] = new(AcmeProblems.UrlInvalid, false, ca => OnOrder(ca, order => order["finalize"] = Inside)),
        ["a certificate inside"] = new(AcmeProblems.ResponseInvalid, true, ca => OnFinalize(ca, order =>
            (order["status"], order["certificate"]) = ("valid", Inside))),
        ["a certificate in a file"] = new(AcmeProblems.ResponseInvalid, true, ca => OnFinalize(ca, order =>
            (order["status"], order["certificate"]) = ("valid", "file:///etc/passwd"))),
        ["a redirect of the order"] = new(AcmeProblems.ResponseInvalid, false, ca => Redirect(ca, "/order")),
        ["a redirect of a name"] = new(AcmeProblems.ResponseInvalid, true, ca => Redirect(ca, "/authz/1")),
        ["a redirect of the certificate"] = new(AcmeProblems.ResponseInvalid, true, ca => Redirect(ca, "/cert/1")),
    };

    private static Dictionary<string, Trick> Bodies() => new()
    {
        ["bytes that drip"] = new(AcmeProblems.ServerTimeout, true, ca => ca.Scripts["/authz/1"] = async context =>
        {
            context.Response.ContentType = "application/json";
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(" ", context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, context.RequestAborted);
            }
        })
        { Patience = options => options with { RequestTimeout = TimeSpan.FromSeconds(4) } },
        ["JSON without end"] = new(AcmeProblems.ResponseInvalid, true, ca => ca.Scripts["/authz/1"] = async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync("{\"status\":\"");
            for (var block = new string('x', 64 * 1024); !context.RequestAborted.IsCancellationRequested; ca.Written += block.Length)
            {
                await context.Response.WriteAsync(block, context.RequestAborted);
            }
        }),
        ["deep JSON"] = new(AcmeProblems.ResponseInvalid, true, ca => ca.Scripts["/authz/1"] = context =>
            context.Response.WriteAsync("{\"x\":" + new string('[', 50_000) + new string(']', 50_000) + "}")),
        ["a deep refusal"] = new(AcmeProblems.OtherRefusal, false, ca => ca.Scripts["/order"] = context =>
        {
            context.Response.StatusCode = 400;
            return context.Response.WriteAsync(
                string.Concat(Enumerable.Repeat("{\"subproblems\":[", 20_000)) + string.Concat(Enumerable.Repeat("]}", 20_000)));
        }),
        ["a long refusal"] = new(AcmeProblems.RateLimited, false, ca => ca.Scripts["/order"] = context => ScriptedAuthority.RefuseAsync(
            context, 429, "rateLimited", string.Concat(Enumerable.Repeat("\"a.example ", 40_000)))),
        ["a refusal of ten thousand names"] = new(AcmeProblems.IdentifierRejected, false, ca => ca.Scripts["/order"] = context =>
            ScriptedAuthority.WriteAsync(context, 403, new JsonObject
            {
                ["type"] = "urn:ietf:params:acme:error:rejectedIdentifier",
                ["subproblems"] = new JsonArray([.. Enumerable.Range(0, 10_000).Select(i => (JsonNode)new JsonObject
                {
                    ["identifier"] = new JsonObject { ["type"] = "dns", ["value"] = $"n{i}.example" },
                })]),
            })),
        ["badNonce for ever"] = new(
            AcmeProblems.NonceRefused, true, ca => ca.Scripts["/authz/1"] = context => ScriptedAuthority.RefuseAsync(context, 400, "badNonce", "no")),
        ["headers without end"] = new(AcmeProblems.ResponseInvalid, true, ca => ca.Scripts["/authz/1"] = context =>
        {
            foreach (var i in Enumerable.Range(0, 200))
            {
                context.Response.Headers[$"x-{i}"] = new string('x', 1000);
            }

            return ca.BehaveAsync(context, "/authz/1", null);
        }),
    };

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();

    private static Trick Wrong(Func<ScriptedAuthority, byte[], string> sign) => new(AcmeProblems.CertificateWrong, false, ca => ca.Scripts["/finalize/1"] = context =>
    {
        ca.Chain = sign(ca, Base64Url.DecodeFromChars((string)ca.Requests.Last().Payload!["csr"]!));
        return ca.BehaveAsync(context, "/finalize/1", null);
    });

    // What cannot be read says nothing of the certificate.
    private static Trick Unreadable(Func<ScriptedAuthority, byte[], string> sign) => new(AcmeProblems.ResponseInvalid, true, ca => ca.Scripts["/cert/1"] = context =>
        context.Response.WriteAsync(sign(ca, Base64Url.DecodeFromChars((string)ca.Requests.Last(seen => seen.Path == "/finalize/1").Payload!["csr"]!)), context.RequestAborted));

    private static Trick Busy(int status, string retryAfter) => new(
        status == 429 ? AcmeProblems.RateLimited : AcmeProblems.ServerInternal, true, ca => ca.Scripts["/finalize/1"] = context =>
        {
            context.Response.Headers.RetryAfter = retryAfter;
            return ScriptedAuthority.RefuseAsync(context, status, status == 429 ? "rateLimited" : "serverInternal", "busy");
        })
    {
        Patience = options => options with { ShortWait = TimeSpan.Zero },
    };

    private static void Redirect(ScriptedAuthority ca, string path) => ca.Scripts[path] = context =>
    {
        context.Response.StatusCode = StatusCodes.Status302Found;
        context.Response.Headers.Location = Inside;
        return Task.CompletedTask;
    };

    private static void OnNewOrder(ScriptedAuthority ca, Action<JsonObject> change) => ca.Scripts["/order"] = context =>
    {
        (ca.OrderStatus, ca.AuthorizationStatus, ca.Chain) = ("pending", "pending", null);
        context.Response.Headers.Location = $"{ca.Url}/order/1";
        return ChangedAsync(context, 201, ca.Order(), change);
    };

    private static void OnOrder(ScriptedAuthority ca, Action<JsonObject> change) =>
        ca.Scripts["/order/1"] = context => ChangedAsync(context, 200, ca.Order(), change);

    private static void OnFinalize(ScriptedAuthority ca, Action<JsonObject> change) =>
        ca.Scripts["/finalize/1"] = context => ChangedAsync(context, 200, ca.Order(), change);

    private static void OnAuthorization(ScriptedAuthority ca, Action<JsonObject> change) =>
        ca.Scripts["/authz/1"] = context => ChangedAsync(context, 200, ca.Authorization(ca.Challenges), change);

    private static Task ChangedAsync(HttpContext context, int status, JsonObject body, Action<JsonObject> change)
    {
        change(body);
        return ScriptedAuthority.WriteAsync(context, status, body);
    }
}
