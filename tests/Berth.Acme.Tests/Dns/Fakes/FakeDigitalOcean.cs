using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records</summary>
internal sealed class FakeDigitalOcean : FakeProvider
{
    private readonly Dictionary<long, (string Name, string Value)> _ids = [];
    private long _next = 100;

    internal override string Code => "digitalocean";

    internal override Dictionary<string, string> Settings => new() { ["DO_AUTH_TOKEN"] = "do-token-123" };

    internal override string SecretSetting => "DO_AUTH_TOKEN";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = $"api.digitalocean.com/v2/domains/{Zone}/records";
        if (request.Headers.Authorization != "Bearer do-token-123")
        {
            return Json(401, new JsonObject { ["id"] = "unauthorized", ["message"] = "Unable to authenticate you" });
        }

        switch (request.Method, path)
        {
            case ("GET", Base):
                // The name is asked for whole, and written without the zone.
                var name = request.Query["name"].ToString();
                return Json(200, new JsonObject
                {
                    ["domain_records"] = new JsonArray([.. ValuesAt(name).Select(value => new JsonObject
                    {
                        ["id"] = IdOf(name, value), ["type"] = "TXT", ["name"] = name, ["data"] = value, ["ttl"] = 30,
                    })]),
                });
            case ("POST", Base):
                var record = JsonNode.Parse(body)!;
                Assert.True((int)record["ttl"]! >= 30);
                var at = NameOf((string)record["name"]!);
                Set(at, [.. ValuesAt(at), (string)record["data"]!]);
                return Json(201, new JsonObject { ["domain_record"] = record.DeepClone() });
            case ("DELETE", var one) when one.StartsWith(Base + "/", StringComparison.Ordinal):
                var (gone, text) = _ids[long.Parse(one[(Base.Length + 1)..], null)];
                Set(gone, ValuesAt(gone).Where(value => value != text));
                return Empty(204);
            default:
                return Json(404, new JsonObject { ["id"] = "not_found", ["message"] = "The resource you were accessing could not be found." });
        }
    }

    private long IdOf(string name, string value)
    {
        _ids[++_next] = (name, value);
        return _next;
    }
}
