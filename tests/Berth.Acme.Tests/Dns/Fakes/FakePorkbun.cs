using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://porkbun.com/api/json/v3/documentation</summary>
internal sealed class FakePorkbun : FakeProvider
{
    internal override string Code => "porkbun";

    internal override Dictionary<string, string> Settings => new() { ["PORKBUN_API_KEY"] = "pk1_abc", ["PORKBUN_SECRET_API_KEY"] = "sk1_secret" };

    internal override string SecretSetting => "PORKBUN_SECRET_API_KEY";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = "api.porkbun.com/api/json/v3/dns/";
        var sent = JsonNode.Parse(body)!;
        if ((string?)sent["apikey"] != "pk1_abc" || (string?)sent["secretapikey"] != "sk1_secret")
        {
            return Failure(403, $"Invalid API key. (001) {sent["secretapikey"]}");
        }

        var parts = path[Base.Length..].Split('/');
        if (parts[1] != Zone)
        {
            return Failure(400, "Invalid domain.");
        }

        switch (parts[0])
        {
            case "retrieveByNameType":
                Assert.Equal("TXT", parts[2]);
                var name = NameOf(parts.Length > 3 ? parts[3] : "");
                return Json(200, new JsonObject
                {
                    ["status"] = "SUCCESS",
                    ["records"] = new JsonArray([.. ValuesAt(name).Select((value, i) => new JsonObject
                    {
                        ["id"] = $"{name}!{value}", ["name"] = name, ["type"] = "TXT", ["content"] = value, ["ttl"] = "600",
                    })]),
                });
            case "create":
                var at = NameOf((string)sent["name"]!);
                Set(at, [.. ValuesAt(at), (string)sent["content"]!]);
                return Json(200, new JsonObject { ["status"] = "SUCCESS", ["id"] = 106926659 });
            default:
                var id = Uri.UnescapeDataString(parts[2]).Split('!');
                Set(id[0], ValuesAt(id[0]).Where(value => value != id[1]));
                return Json(200, new JsonObject { ["status"] = "SUCCESS" });
        }
    }

    private static FakeAnswer Failure(int status, string message) =>
        Json(status, new JsonObject { ["status"] = "ERROR", ["message"] = message });
}
