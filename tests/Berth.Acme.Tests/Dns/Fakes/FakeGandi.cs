using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://api.gandi.net/docs/livedns/</summary>
internal sealed class FakeGandi : FakeProvider
{
    internal override string Code => "gandiv5";

    internal override Dictionary<string, string> Settings => new() { ["GANDIV5_PERSONAL_ACCESS_TOKEN"] = "pat-123456" };

    internal override string SecretSetting => "GANDIV5_PERSONAL_ACCESS_TOKEN";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = $"api.gandi.net/v5/livedns/domains/{Zone}/records/";
        if (request.Headers.Authorization != "Bearer pat-123456")
        {
            return Json(403, new JsonObject { ["code"] = 403, ["message"] = "Access was denied to this resource.", ["cause"] = "Forbidden" });
        }

        if (!path.StartsWith(Base, StringComparison.Ordinal) || !path.EndsWith("/TXT", StringComparison.Ordinal))
        {
            return NotFound();
        }

        var name = NameOf(path[Base.Length..^4]);
        switch (request.Method)
        {
            case "GET":
                return ValuesAt(name) is { Count: > 0 } values
                    ? Json(200, new JsonObject
                    {
                        ["rrset_name"] = path[Base.Length..^4],
                        ["rrset_type"] = "TXT",
                        ["rrset_ttl"] = 10800,
                        ["rrset_values"] = new JsonArray([.. values.Select(value => JsonValue.Create($"\"{value}\""))]),
                    })
                    : NotFound();
            case "PUT":
                var set = JsonNode.Parse(body)!;
                Assert.True((int)set["rrset_ttl"]! >= 300);
                Set(name, set["rrset_values"]!.AsArray().Select(value => Unquote((string)value!)));
                return Json(201, new JsonObject { ["message"] = "DNS Record Created" });
            case "DELETE":
                Records.Remove(name);
                return Empty(204);
            default:
                return Json(405, new JsonObject());
        }
    }

    private static FakeAnswer NotFound() =>
        Json(404, new JsonObject { ["code"] = 404, ["message"] = "Can't find the DNS record", ["cause"] = "Not Found" });
}
