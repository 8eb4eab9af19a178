using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://cloud.google.com/dns/docs/reference/rest/v1/changes and https://developers.google.com/identity/protocols/oauth2/service-account</summary>
internal sealed class FakeGoogleCloud : FakeProvider
{
    private static readonly RSA Key = RSA.Create(2048);

    internal override string Code => "gcloud";

    internal override Dictionary<string, string> Settings => new()
    {
        ["GCE_PROJECT"] = "proj-1",
        ["GCE_SERVICE_ACCOUNT"] = new JsonObject
        {
            ["type"] = "service_account",
            ["client_email"] = "dns@proj-1.iam.gserviceaccount.com",
            ["private_key"] = Key.ExportPkcs8PrivateKeyPem(),
            ["private_key_id"] = "k1",
            ["token_uri"] = "https://oauth2.googleapis.com/token",
        }.ToJsonString(),
    };

    internal override string SecretSetting => "GCE_SERVICE_ACCOUNT";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = "dns.googleapis.com/dns/v1/projects/proj-1/managedZones";
        if (path == "oauth2.googleapis.com/token")
        {
            return IsAssertion(body)
                ? Json(200, new JsonObject { ["access_token"] = "ya29.token", ["expires_in"] = 3599, ["token_type"] = "Bearer" })
                : Json(400, new JsonObject { ["error"] = "invalid_grant", ["error_description"] = "Invalid JWT Signature." });
        }

        Assert.Equal("Bearer ya29.token", request.Headers.Authorization);
        switch (request.Method, path)
        {
            case ("GET", Base):
                return Json(200, new JsonObject
                {
                    ["managedZones"] = request.Query["dnsName"] == Zone + "."
                        ? new JsonArray(
                            new JsonObject { ["name"] = "inside", ["dnsName"] = Zone + ".", ["visibility"] = "private" },
                            new JsonObject { ["name"] = "outside", ["dnsName"] = Zone + ".", ["visibility"] = "public" })
                        : null,
                });
            case ("GET", Base + "/outside/rrsets"):
                var name = request.Query["name"].ToString().TrimEnd('.');
                return Json(200, new JsonObject { ["rrsets"] = ValuesAt(name).Count == 0 ? new JsonArray() : new JsonArray(SetOf(name)) });
            case ("POST", Base + "/outside/changes"):
                return Change(JsonNode.Parse(body)!);
            default:
                return Json(404, new JsonObject { ["error"] = new JsonObject { ["code"] = 404, ["message"] = "not found" } });
        }
    }

    // A change deletes what is there, exactly, or nothing happens.
    private FakeAnswer Change(JsonNode change)
    {
        foreach (var deletion in change["deletions"]?.AsArray() ?? [])
        {
            var name = ((string)deletion!["name"]!).TrimEnd('.');
            if (!JsonNode.DeepEquals(deletion["rrdatas"], SetOf(name)["rrdatas"]) || (int)deletion["ttl"]! != 300)
            {
                return Json(412, new JsonObject { ["error"] = new JsonObject { ["code"] = 412, ["message"] = "Precondition not met for 'entity.change.deletions[0]'" } });
            }

            Records.Remove(name);
        }

        foreach (var addition in change["additions"]?.AsArray() ?? [])
        {
            var name = ((string)addition!["name"]!).TrimEnd('.');
            if (ValuesAt(name).Count > 0)
            {
                return Json(409, new JsonObject { ["error"] = new JsonObject { ["code"] = 409, ["message"] = "already exists" } });
            }

            Set(name, addition["rrdatas"]!.AsArray().Select(value => Unquote((string)value!)));
        }

        return Json(200, new JsonObject { ["status"] = "pending" });
    }

    private JsonObject SetOf(string name) => new()
    {
        ["name"] = name + ".",
        ["type"] = "TXT",
        ["ttl"] = 300,
        ["rrdatas"] = new JsonArray([.. ValuesAt(name).Select(value => JsonValue.Create($"\"{value}\""))]),
    };

    private static bool IsAssertion(string body)
    {
        var fields = System.Web.HttpUtility.ParseQueryString(body);
        var parts = fields["assertion"]!.Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        return fields["grant_type"] == "urn:ietf:params:oauth:grant-type:jwt-bearer"
            && (string?)claims["aud"] == "https://oauth2.googleapis.com/token"
            && (string?)claims["iss"] == "dns@proj-1.iam.gserviceaccount.com"
            && (long)claims["exp"]! - (long)claims["iat"]! is > 0 and <= 3600
            && Key.VerifyData(
                Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }
}
