using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://github.com/joohoi/acme-dns#api: the last two values of an account are kept.</summary>
internal sealed class FakeAcmeDns : FakeProvider
{
    internal override string Code => "acme-dns";

    internal override Dictionary<string, string> Settings => new() { ["ACME_DNS_API_BASE"] = "http://acme-dns.test" };

    internal override string SecretSetting => "";

    internal int Registrations { get; private set; }

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        switch (path)
        {
            case "acme-dns.test/register":
                Registrations++;
                return Json(201, new JsonObject
                {
                    ["username"] = "user-1",
                    ["password"] = "password-of-user-1",
                    ["fulldomain"] = "d420c923.auth.acme-dns.test",
                    ["subdomain"] = "d420c923",
                    ["allowfrom"] = new JsonArray(),
                });
            case "acme-dns.test/update" when request.Headers["X-Api-User"] == "user-1" && request.Headers["X-Api-Key"] == "password-of-user-1":
                var update = JsonNode.Parse(body)!;
                if (((string)update["txt"]!).Length != 43)
                {
                    return Json(400, new JsonObject { ["error"] = "bad_txt" });
                }

                Set("d420c923.auth.acme-dns.test", ValuesAt("d420c923.auth.acme-dns.test").Append((string)update["txt"]!).TakeLast(2));
                return Json(200, new JsonObject { ["txt"] = update["txt"]!.DeepClone() });
            default:
                return Json(401, new JsonObject { ["error"] = "forbidden" });
        }
    }
}
