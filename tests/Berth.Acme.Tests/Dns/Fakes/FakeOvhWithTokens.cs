using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>OVHcloud with a service account: https://help.ovhcloud.com/csm/en-manage-service-account.</summary>
internal sealed class FakeOvhWithTokens : FakeProvider
{
    private readonly Dictionary<long, (string Name, string Value)> _records = new() { [1] = ("_acme-challenge." + Zone, "of the owner") };

    internal override string Code => "ovh";

    internal override Dictionary<string, string> Settings => new()
    {
        ["OVH_ENDPOINT"] = "ovh-eu",
        ["OVH_CLIENT_ID"] = "client",
        ["OVH_CLIENT_SECRET"] = "client-secret",
    };

    internal override string SecretSetting => "OVH_CLIENT_SECRET";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string RecordsPath = $"eu.api.ovh.com/1.0/domain/zone/{Zone}/record";
        if (path == "www.ovh.com/auth/oauth2/token")
        {
            return body == "grant_type=client_credentials&client_id=client&client_secret=client-secret&scope=all"
                ? Json(200, new JsonObject { ["access_token"] = "granted-token", ["token_type"] = "Bearer", ["expires_in"] = 3600 })
                : Json(401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = "client authentication failed" });
        }

        Assert.Equal("Bearer granted-token", request.Headers.Authorization);
        switch (request.Method, path)
        {
            case ("GET", RecordsPath):
                return Json(200, new JsonArray([.. _records.Where(record => record.Value.Name == NameOf(request.Query["subDomain"].ToString())).Select(record => JsonValue.Create(record.Key))]));
            case ("POST", RecordsPath):
                var record = JsonNode.Parse(body)!;
                _records[_records.Keys.Max() + 1] = (NameOf((string)record["subDomain"]!), (string)record["target"]!);
                return Publish();
            case (var method, var one) when one.StartsWith(RecordsPath + "/", StringComparison.Ordinal):
                var id = long.Parse(one[(RecordsPath.Length + 1)..], null);
                if (method == "DELETE")
                {
                    _records.Remove(id);
                    return Publish();
                }

                return Json(200, new JsonObject { ["target"] = _records[id].Value });
            case ("POST", _):
                return Publish();
            default:
                return Json(404, new JsonObject { ["message"] = "This service does not exist" });
        }
    }

    private FakeAnswer Publish()
    {
        Records.Clear();
        foreach (var (name, value) in _records.Values)
        {
            At(name).Add(value);
        }

        return Json(200, new JsonObject());
    }
}
