using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://dns.hetzner.com/api-docs</summary>
internal sealed class FakeHetznerConsole : FakeProvider
{
    internal override string Code => "hetzner";

    internal override Dictionary<string, string> Settings => new() { ["HETZNER_API_KEY"] = "hz-key-123" };

    internal override string SecretSetting => "HETZNER_API_KEY";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = "dns.hetzner.com/api/v1/";
        if (request.Headers["Auth-API-Token"] != "hz-key-123")
        {
            return Json(401, new JsonObject { ["message"] = "Invalid authentication credentials" });
        }

        switch (request.Method, path)
        {
            case ("GET", Base + "zones"):
                return request.Query["name"] == Zone
                    ? Json(200, new JsonObject { ["zones"] = new JsonArray(new JsonObject { ["id"] = "z1", ["name"] = Zone }) })
                    : Json(404, new JsonObject { ["error"] = new JsonObject { ["message"] = "zone not found", ["code"] = 404 } });
            case ("GET", Base + "records"):
                Assert.Equal("z1", request.Query["zone_id"]);

                // A full page of others first: ours are on the second.
                return request.Query["page"] == "1"
                    ? Json(200, new JsonObject { ["records"] = new JsonArray([.. Enumerable.Range(0, 100).Select(i => new JsonObject { ["id"] = $"a{i}", ["type"] = "A", ["name"] = $"h{i}", ["value"] = "192.0.2.1" })]) })
                    : Json(200, new JsonObject
                    {
                        ["records"] = new JsonArray([.. Records.SelectMany(set => set.Value.Select(value => new JsonObject
                        {
                            ["id"] = $"{set.Key}!{value}", ["type"] = "TXT", ["zone_id"] = "z1", ["value"] = $"\"{value}\"",
                            ["name"] = set.Key == Zone ? "@" : set.Key[..^(Zone.Length + 1)],
                        }))]),
                    });
            case ("POST", Base + "records"):
                var record = JsonNode.Parse(body)!;
                Assert.Equal("z1", (string?)record["zone_id"]);
                var name = NameOf((string)record["name"]!);
                Set(name, [.. ValuesAt(name), Unquote((string)record["value"]!)]);
                return Json(200, new JsonObject());
            case ("DELETE", var one) when one.StartsWith(Base + "records/", StringComparison.Ordinal):
                var id = one[(Base.Length + 8)..].Split('!');
                Set(id[0], ValuesAt(id[0]).Where(value => value != id[1]));
                return Json(200, new JsonObject());
            default:
                return Json(404, new JsonObject());
        }
    }
}
