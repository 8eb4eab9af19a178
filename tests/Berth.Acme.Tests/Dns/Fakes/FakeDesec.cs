using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://desec.readthedocs.io/en/latest/dns/rrsets.html</summary>
internal sealed class FakeDesec : FakeProvider
{
    internal override string Code => "desec";

    internal override Dictionary<string, string> Settings => new() { ["DESEC_TOKEN"] = "desec-token-1" };

    internal override string SecretSetting => "DESEC_TOKEN";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = $"desec.io/api/v1/domains/{Zone}/rrsets/";
        if (request.Headers.Authorization != "Token desec-token-1")
        {
            return Json(401, new JsonObject { ["detail"] = "Invalid token." });
        }

        if (path == Base && request.Method == "POST")
        {
            var set = JsonNode.Parse(body)!;
            var at = NameOf((string)set["subname"]!);
            if (ValuesAt(at).Count > 0)
            {
                return Json(400, new JsonObject { ["non_field_errors"] = new JsonArray("Another RRset with the same subdomain and type exists.") });
            }

            if ((int)set["ttl"]! < 3600)
            {
                return Json(400, new JsonObject { ["ttl"] = new JsonArray("Ensure this value is greater than or equal to 3600.") });
            }

            Set(at, set["records"]!.AsArray().Select(value => Unquote((string)value!)));
            return Json(201, set.DeepClone());
        }

        if (!path.StartsWith(Base, StringComparison.Ordinal))
        {
            return Json(404, new JsonObject { ["detail"] = "Not found." });
        }

        var name = NameOf(path[Base.Length..^"/TXT/".Length]);
        if (ValuesAt(name).Count == 0)
        {
            return Json(404, new JsonObject { ["detail"] = "No RRset matches the given query." });
        }

        if (request.Method == "PATCH")
        {
            Set(name, JsonNode.Parse(body)!["records"]!.AsArray().Select(value => Unquote((string)value!)));
        }

        return Json(200, new JsonObject
        {
            ["ttl"] = 3600,
            ["records"] = new JsonArray([.. ValuesAt(name).Select(value => JsonValue.Create($"\"{value}\""))]),
        });
    }
}
