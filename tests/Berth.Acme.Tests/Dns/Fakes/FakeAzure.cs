using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://learn.microsoft.com/rest/api/dns/record-sets, with its ETags.</summary>
internal sealed class FakeAzure : FakeProvider
{
    private int _version;

    internal override string Code => "azuredns";

    internal override Dictionary<string, string> Settings => new()
    {
        ["AZURE_CLIENT_ID"] = "client",
        ["AZURE_CLIENT_SECRET"] = "client secret/1",
        ["AZURE_TENANT_ID"] = "tenant",
        ["AZURE_SUBSCRIPTION_ID"] = "sub",
    };

    internal override string SecretSetting => "AZURE_CLIENT_SECRET";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Root = "management.azure.com/subscriptions/sub/";
        const string Sets = Root + "resourceGroups/rg/providers/Microsoft.Network/dnszones/" + Zone + "/TXT/";
        if (path == "login.microsoftonline.com/tenant/oauth2/v2.0/token")
        {
            return body.Contains("client_secret=client%20secret%2F1&scope=https%3A%2F%2Fmanagement.azure.com%2F.default", StringComparison.Ordinal)
                ? Json(200, new JsonObject { ["access_token"] = "az.token", ["expires_in"] = 3599 })
                : Json(401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = $"AADSTS7000215: Invalid client secret provided: {body}" });
        }

        Assert.Equal("Bearer az.token", request.Headers.Authorization);
        Assert.Equal("2018-05-01", request.Query["api-version"]);
        if (path == Root + "providers/Microsoft.Network/dnsZones")
        {
            // Zones come in pages.
            return request.Query.ContainsKey("$skipToken")
                ? Json(200, new JsonObject { ["value"] = new JsonArray(new JsonObject { ["name"] = Zone, ["id"] = Sets["management.azure.com".Length..^5] }) })
                : Json(200, new JsonObject
                {
                    ["value"] = new JsonArray(new JsonObject { ["name"] = "other.test", ["id"] = "/x" }),
                    ["nextLink"] = $"https://{path}?api-version=2018-05-01&$skipToken=1",
                });
        }

        if (!path.StartsWith(Sets, StringComparison.Ordinal))
        {
            return Json(404, new JsonObject { ["error"] = new JsonObject { ["code"] = "ResourceNotFound", ["message"] = "not found" } });
        }

        return Change(NameOf(path[Sets.Length..]), request, body);
    }

    private FakeAnswer Change(string name, HttpRequest request, string body)
    {
        var etag = $"\"v{_version}-{ValuesAt(name).Count}\"";
        var exists = ValuesAt(name).Count > 0;
        if (request.Method != "GET"
            && ((request.Headers.IfMatch.Count > 0 && request.Headers.IfMatch != etag) || (request.Headers.IfNoneMatch == "*" && exists)))
        {
            return Json(412, new JsonObject { ["error"] = new JsonObject { ["code"] = "PreconditionFailed", ["message"] = "The condition was not met." } });
        }

        switch (request.Method)
        {
            case "GET" when exists:
                return Json(200, new JsonObject
                {
                    ["etag"] = etag,
                    ["properties"] = new JsonObject
                    {
                        ["TTL"] = 300,
                        ["TXTRecords"] = new JsonArray([.. ValuesAt(name).Select(value => new JsonObject
                        {
                            ["value"] = new JsonArray([.. value.Chunk(255).Select(piece => JsonValue.Create(new string(piece)))]),
                        })]),
                    },
                });
            case "PUT":
                _version++;
                Set(name, JsonNode.Parse(body)!["properties"]!["TXTRecords"]!.AsArray().Select(record =>
                    string.Concat(record!["value"]!.AsArray().Select(piece => (string)piece!))));
                return Json(200, new JsonObject());
            case "DELETE":
                Records.Remove(name);
                return Empty(200);
            default:
                return Json(404, new JsonObject { ["error"] = new JsonObject { ["code"] = "NotFound", ["message"] = "The record was not found" } });
        }
    }
}
