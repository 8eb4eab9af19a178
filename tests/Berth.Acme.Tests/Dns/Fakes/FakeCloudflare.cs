using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://developers.cloudflare.com/api/resources/dns/subresources/records/</summary>
internal sealed class FakeCloudflare : FakeProvider
{
    internal override string Code => "cloudflare";

    internal override Dictionary<string, string> Settings => new() { ["CF_DNS_API_TOKEN"] = "cf-token-123" };

    internal override string SecretSetting => "CF_DNS_API_TOKEN";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        if (request.Headers.Authorization != "Bearer cf-token-123")
        {
            return Failure(403, 9109, $"Invalid access token {request.Headers.Authorization}");
        }

        const string Records = "api.cloudflare.com/client/v4/zones/zone1/dns_records";
        switch (request.Method, path)
        {
            case ("GET", "api.cloudflare.com/client/v4/zones"):
                return Result(request.Query["name"] == Zone ? [new JsonObject { ["id"] = "zone1", ["name"] = Zone }] : []);
            case ("GET", Records):
                var name = request.Query["name"].ToString();
                Assert.Equal("TXT", request.Query["type"]);
                return Result([.. ValuesAt(name).Select((value, i) => (JsonNode)new JsonObject
                {
                    ["id"] = $"{name}!{i}", ["type"] = "TXT", ["name"] = name, ["content"] = $"\"{value}\"", ["ttl"] = 120,
                })]);
            case ("POST", Records):
                var record = JsonNode.Parse(body)!;
                var (at, text) = ((string)record["name"]!, Unquote((string)record["content"]!));
                if (ValuesAt(at).Contains(text))
                {
                    return Failure(400, 81058, "An identical record already exists.");
                }

                Set(at, [.. ValuesAt(at), text]);
                return Result([]);
            case ("DELETE", var one) when one.StartsWith(Records + "/", StringComparison.Ordinal):
                var id = one[(Records.Length + 1)..].Split('!');
                Set(id[0], ValuesAt(id[0]).Where((_, i) => i != int.Parse(id[1], null)));
                return Result([]);
            default:
                return Failure(404, 7003, "Could not route");
        }
    }

    private static FakeAnswer Result(JsonArray result) => Json(200, new JsonObject { ["success"] = true, ["result"] = result });

    private static FakeAnswer Failure(int status, int code, string message) => Json(status, new JsonObject
    {
        ["success"] = false,
        ["errors"] = new JsonArray(new JsonObject { ["code"] = code, ["message"] = message }),
        ["result"] = null,
    });
}
