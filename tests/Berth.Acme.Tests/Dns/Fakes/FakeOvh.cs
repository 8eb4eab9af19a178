using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://help.ovhcloud.com/csm/en-api-getting-started-ovhcloud-api; records count once the zone was refreshed.</summary>
internal sealed class FakeOvh : FakeProvider
{
    private readonly Dictionary<long, (string Name, string Value)> _drafts = new() { [1] = ("_acme-challenge." + Zone, "of the owner") };
    private long _next = 10;

    internal override string Code => "ovh";

    internal override Dictionary<string, string> Settings => new()
    {
        ["OVH_ENDPOINT"] = "ovh-eu",
        ["OVH_APPLICATION_KEY"] = "app-key",
        ["OVH_APPLICATION_SECRET"] = "app-secret",
        ["OVH_CONSUMER_KEY"] = "consumer",
    };

    internal override string SecretSetting => "OVH_APPLICATION_SECRET";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = "eu.api.ovh.com/1.0";
        const string RecordsPath = $"{Base}/domain/zone/{Zone}/record";
        if (path == Base + "/auth/time")
        {
            // Its clock is an hour ahead, and only its clock counts.
            return new FakeAnswer(200, Clock().ToString(CultureInfo.InvariantCulture), "application/json");
        }

        if (!IsSigned(path, request, body))
        {
            return Json(400, new JsonObject { ["errorCode"] = "INVALID_SIGNATURE", ["message"] = "Invalid signature" });
        }

        switch (request.Method, path)
        {
            case ("GET", RecordsPath):
                Assert.Equal("TXT", request.Query["fieldType"]);
                var name = NameOf(request.Query["subDomain"].ToString());
                return Json(200, new JsonArray([.. _drafts.Where(draft => draft.Value.Name == name).Select(draft => JsonValue.Create(draft.Key))]));
            case ("POST", RecordsPath):
                var record = JsonNode.Parse(body)!;
                _drafts[++_next] = (NameOf((string)record["subDomain"]!), Unquote((string)record["target"]!));
                return Json(200, new JsonObject { ["id"] = _next });
            case ("POST", $"{Base}/domain/zone/{Zone}/refresh"):
                Records.Clear();
                foreach (var draft in _drafts.Values.GroupBy(draft => draft.Name))
                {
                    Set(draft.Key, draft.Select(one => one.Value));
                }

                return Json(200, new JsonObject());
            case (var method, var one) when one.StartsWith(RecordsPath + "/", StringComparison.Ordinal):
                var id = long.Parse(one[(RecordsPath.Length + 1)..], null);
                if (method == "DELETE")
                {
                    _drafts.Remove(id);
                    return Json(200, new JsonObject());
                }

                return Json(200, new JsonObject { ["id"] = id, ["fieldType"] = "TXT", ["target"] = $"\"{_drafts[id].Value}\"", ["ttl"] = 60 });
            default:
                return Json(404, new JsonObject { ["message"] = "This service does not exist" });
        }
    }

    private static bool IsSigned(string path, HttpRequest request, string body)
    {
        var time = long.Parse(request.Headers["X-Ovh-Timestamp"].ToString(), null);
        var text = $"app-secret+consumer+{request.Method}+https://{path}{request.QueryString}+{body}+{time}";
#pragma warning disable CA5350 // The API's own scheme.
        var expected = "$1$" + Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
        return request.Headers["X-Ovh-Application"] == "app-key" && request.Headers["X-Ovh-Consumer"] == "consumer"
            && request.Headers["X-Ovh-Signature"] == expected && Math.Abs(time - Clock()) < 30;
    }

    private static long Clock() => TimeProvider.System.GetUtcNow().AddHours(1).ToUnixTimeSeconds();
}
