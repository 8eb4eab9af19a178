using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Berth.Acme.Protocol;

namespace Berth.Acme.Dns.Providers;

/// <summary>
/// Google Cloud DNS (https://cloud.google.com/dns/docs/reference/rest/v1/changes), with a service account's key
/// (https://developers.google.com/identity/protocols/oauth2/service-account).
/// </summary>
internal sealed class GoogleCloud : RecordSetProvider
{
    private const string Scope = "https://www.googleapis.com/auth/ndev.clouddns.readwrite";
    private static readonly TimeSpan AssertionLifetime = TimeSpan.FromMinutes(30);
    private readonly ProviderHttp _http;
    private readonly AccessToken _token;
    private readonly string _base;
    private readonly string? _zoneId;
    private readonly bool _private;
    private readonly int _ttl;
    private readonly ZoneIds _zones;

    internal GoogleCloud(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _zones = new ZoneIds(time);
        _http = new ProviderHttp("Google Cloud DNS", settings, http, time, TimeSpan.FromSeconds(30));
        var account = ReadAccount(settings);
        var tokenUrl = new Uri(account.TokenUri ?? "https://oauth2.googleapis.com/token");
        var key = ReadKey(settings, account);
        _token = new AccessToken(_http, settings, time, tokenUrl, () =>
        [
            ("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
            ("assertion", Assertion(account, key, tokenUrl.OriginalString, time.GetUtcNow())),
        ]);
        var project = settings.Find("GCE_PROJECT") ?? account.ProjectId
            ?? throw DnsProblems.NoSetting(Code, "GCE_PROJECT").AsException();
        _base = $"https://dns.googleapis.com/dns/v1/projects/{Uri.EscapeDataString(project)}/managedZones";
        _zoneId = settings.Find("GCE_ZONE_ID");
        _private = settings.Flag("GCE_ALLOW_PRIVATE_ZONE");
        Patience = settings.Patience("GCE", 180, 5);
        _ttl = settings.Ttl("GCE", 120);
    }

    public override string Code => "gcloud";

    public override DnsPatience Patience { get; }

    protected override async Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var url = new Uri($"{_base}/{zone}/rrsets?type=TXT&name={Uri.EscapeDataString(change.Name + ".")}");
        var answer = await _http.SendAsync(
            await RequestAsync(HttpMethod.Get, url, cancel), ProviderJson.Default.GoogleSets, "to read the records", cancel);
        var set = answer.Sets?.FirstOrDefault(found => found.Type == "TXT" && found.Name == change.Name + ".");
        return set is null ? RecordSet.Empty : new RecordSet(set.Values ?? [], set.Ttl);
    }

    protected override async Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var name = change.Name + ".";

        // The deletion names the set as it was read: the server refuses the whole change when it has become another.
        var body = new GoogleChange(
            old.Values.Count == 0 ? null : [new GoogleSet(name, "TXT", old.Ttl ?? _ttl, old.Values)],
            values.Count == 0 ? null : [new GoogleSet(name, "TXT", old.Ttl ?? _ttl, values)]);
        var request = await RequestAsync(HttpMethod.Post, new Uri($"{_base}/{zone}/changes"), cancel);
        var response = await _http.SendAsync(request.With(body, ProviderJson.Default.GoogleChange), cancel);
        if (response.Status is 409 or 412)
        {
            return false;
        }

        _http.Require(response, $"to change {change.Name}");
        return true;
    }

    private async Task<string> ZoneAsync(string zone, CancellationToken cancel) =>
        Uri.EscapeDataString(_zoneId ?? await _zones.OfAsync(zone, () => FindZoneAsync(zone, cancel)));

    private async Task<string> FindZoneAsync(string zone, CancellationToken cancel)
    {
        var url = new Uri($"{_base}?dnsName={Uri.EscapeDataString(zone + ".")}");
        var answer = await _http.SendAsync(
            await RequestAsync(HttpMethod.Get, url, cancel), ProviderJson.Default.GoogleZones, "to list zones", cancel);
        var found = answer.Zones?.FirstOrDefault(candidate => candidate.DnsName == zone + "." && (_private || candidate.Visibility != "private"));
        return found?.Name ?? throw _http.NotManaged(zone);
    }

    private async Task<ProviderRequest> RequestAsync(HttpMethod method, Uri url, CancellationToken cancel) =>
        new(method, url) { Headers = [("Authorization", "Bearer " + await _token.GetAsync(cancel))] };

    private static GoogleAccount ReadAccount(DnsSettings settings)
    {
        try
        {
            var account = JsonSerializer.Deserialize(settings.Require("GCE_SERVICE_ACCOUNT"), ProviderJson.Default.GoogleAccount);
            if (account is { Email: not null, PrivateKey: not null, TokenUri: null or ['h', 't', 't', 'p', 's', ':', '/', '/', ..] })
            {
                return account;
            }
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw DnsProblems.BadSetting(settings.Provider, "GCE_SERVICE_ACCOUNT", "it is not the JSON of a service account's key").AsException();
    }

    private static RSA ReadKey(DnsSettings settings, GoogleAccount account)
    {
        var key = RSA.Create();
        try
        {
            key.ImportFromPem(account.PrivateKey);
            return key;
        }
        catch (Exception e) when (e is ArgumentException or CryptographicException)
        {
            key.Dispose();
            throw DnsProblems.BadSetting(settings.Provider, "GCE_SERVICE_ACCOUNT", "its private key cannot be read").AsException(e);
        }
    }

    private static string Assertion(GoogleAccount account, RSA key, string audience, DateTimeOffset now)
    {
        var header = JsonSerializer.SerializeToUtf8Bytes(new GoogleHeader("RS256", "JWT", account.KeyId), ProviderJson.Default.GoogleHeader);
        var claims = JsonSerializer.SerializeToUtf8Bytes(
            new GoogleClaims(account.Email!, Scope, audience, now.ToUnixTimeSeconds(), (now + AssertionLifetime).ToUnixTimeSeconds()),
            ProviderJson.Default.GoogleClaims);
        var text = $"{StrictBase64Url.Encode(header)}.{StrictBase64Url.Encode(claims)}";
        lock (key)
        {
            var signature = key.SignData(Encoding.ASCII.GetBytes(text), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            return $"{text}.{StrictBase64Url.Encode(signature)}";
        }
    }
}

internal sealed record GoogleAccount(
    [property: JsonPropertyName("client_email")] string? Email,
    [property: JsonPropertyName("private_key")] string? PrivateKey,
    [property: JsonPropertyName("private_key_id")] string? KeyId,
    [property: JsonPropertyName("token_uri")] string? TokenUri,
    [property: JsonPropertyName("project_id")] string? ProjectId)
{
    public override string ToString() => $"GoogleAccount {{ Email = {Email} }}";
}

internal sealed record GoogleHeader(
    [property: JsonPropertyName("alg")] string Algorithm,
    [property: JsonPropertyName("typ")] string Type,
    [property: JsonPropertyName("kid")] string? KeyId);

internal sealed record GoogleClaims(
    [property: JsonPropertyName("iss")] string Issuer,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("aud")] string Audience,
    [property: JsonPropertyName("iat")] long IssuedAt,
    [property: JsonPropertyName("exp")] long Expires);

internal sealed record GoogleZone(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("dnsName")] string? DnsName,
    [property: JsonPropertyName("visibility")] string? Visibility);

internal sealed record GoogleZones([property: JsonPropertyName("managedZones")] IReadOnlyList<GoogleZone>? Zones);

internal sealed record GoogleSet(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("ttl")] int? Ttl,
    [property: JsonPropertyName("rrdatas")] IReadOnlyList<string>? Values);

internal sealed record GoogleSets([property: JsonPropertyName("rrsets")] IReadOnlyList<GoogleSet>? Sets);

internal sealed record GoogleChange(
    [property: JsonPropertyName("deletions")] IReadOnlyList<GoogleSet>? Deletions,
    [property: JsonPropertyName("additions")] IReadOnlyList<GoogleSet>? Additions);
