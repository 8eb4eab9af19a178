using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://docs.hetzner.cloud/reference/cloud#zone-rrset-actions; its changes are actions that take a moment.</summary>
internal sealed class FakeHetznerCloud : FakeProvider
{
    internal override string Code => "hetzner";

    internal override Dictionary<string, string> Settings => new() { ["HETZNER_API_TOKEN"] = "hc-token-123" };

    internal override string SecretSetting => "HETZNER_API_TOKEN";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Sets = $"api.hetzner.cloud/v1/zones/{Zone}/rrsets/";
        if (request.Headers.Authorization != "Bearer hc-token-123")
        {
            return Failure(401, "unauthorized", "unable to authenticate");
        }

        if (path.StartsWith("api.hetzner.cloud/v1/actions/", StringComparison.Ordinal))
        {
            return Action("success");
        }

        if (!path.StartsWith(Sets, StringComparison.Ordinal))
        {
            return Failure(404, "not_found", "zone not found");
        }

        var parts = path[Sets.Length..].Split('/');
        var name = NameOf(parts[0]);
        Assert.Equal("TXT", parts[1]);
        if (parts.Length == 2)
        {
            return ValuesAt(name) is { Count: > 0 } values
                ? Json(200, new JsonObject
                {
                    ["rrset"] = new JsonObject
                    {
                        ["ttl"] = 3600,
                        ["records"] = new JsonArray([.. values.Select(value => new JsonObject { ["value"] = $"\"{value}\"", ["comment"] = "" })]),
                    },
                })
                : Failure(404, "not_found", "rrset not found");
        }

        var change = JsonNode.Parse(body)!;
        var texts = change["records"]!.AsArray().Select(record => (string)record!["value"]!).ToList();
        Assert.All(texts, text => Assert.StartsWith("\"", text, StringComparison.Ordinal));
        if (parts[3] == "add_records")
        {
            if (change["ttl"] is not null && ValuesAt(name).Count > 0)
            {
                return Failure(422, "invalid_input", "ttl does not match the existing rrset");
            }

            Set(name, [.. ValuesAt(name), .. texts.Select(Unquote)]);
        }
        else
        {
            Set(name, ValuesAt(name).Except(texts.Select(Unquote)));
        }

        return Action("running");
    }

    private static FakeAnswer Action(string status) => Json(201, new JsonObject
    {
        ["action"] = new JsonObject { ["id"] = 7, ["status"] = status, ["error"] = null },
    });

    private static FakeAnswer Failure(int status, string code, string message) => Json(status, new JsonObject
    {
        ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
    });
}
