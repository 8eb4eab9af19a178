using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>OVHcloud (https://eu.api.ovh.com/console/?section=%2Fdomain, signing: https://help.ovhcloud.com/csm/en-api-getting-started-ovhcloud-api).</summary>
internal sealed class Ovh : RecordListProvider
{
    private static readonly Dictionary<string, (string Api, string? Token)> Endpoints = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ovh-eu"] = ("https://eu.api.ovh.com/1.0", "https://www.ovh.com/auth/oauth2/token"),
        ["ovh-ca"] = ("https://ca.api.ovh.com/1.0", "https://ca.ovh.com/auth/oauth2/token"),
        ["ovh-us"] = ("https://api.us.ovhcloud.com/1.0", "https://us.ovhcloud.com/auth/oauth2/token"),
        ["kimsufi-eu"] = ("https://eu.api.kimsufi.com/1.0", null),
        ["kimsufi-ca"] = ("https://ca.api.kimsufi.com/1.0", null),
        ["soyoustart-eu"] = ("https://eu.api.soyoustart.com/1.0", null),
        ["soyoustart-ca"] = ("https://ca.api.soyoustart.com/1.0", null),
    };

    // The clock may be set meanwhile.
    private static readonly TimeSpan ClockLifetime = TimeSpan.FromMinutes(10);

    private readonly ProviderHttp _http;
    private readonly TimeProvider _time;
    private readonly string _base;
    private readonly (string Key, string Secret, string Consumer)? _application;
    private readonly AccessToken? _token;
    private readonly int _ttl;
    private (TimeSpan Skew, long MeasuredAt)? _clock;

    internal Ovh(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _time = time;
        _http = new ProviderHttp("OVHcloud", settings, http, time, TimeSpan.FromSeconds(settings.Number("OVH_HTTP_TIMEOUT", 180, 1, 600)));
        var endpoint = settings.Require("OVH_ENDPOINT");
        if (!Endpoints.TryGetValue(endpoint, out var urls))
        {
            throw DnsProblems.BadSetting(Code, "OVH_ENDPOINT", "it is none of " + string.Join(", ", Endpoints.Keys)).AsException();
        }

        _base = urls.Api;
        Patience = settings.Patience("OVH", 60, 2);
        _ttl = settings.Ttl("OVH", 120, 60);
        if (settings.FindSecret("OVH_ACCESS_TOKEN") is { } fixedToken)
        {
            _token = AccessToken.Fixed(fixedToken);
        }
        else if (settings.Find("OVH_CLIENT_ID") is { } client && urls.Token is { } tokenUrl)
        {
            _token = new AccessToken(_http, settings, time, new Uri(tokenUrl), () =>
            [
                ("grant_type", "client_credentials"), ("client_id", client),
                ("client_secret", settings.RequireSecret("OVH_CLIENT_SECRET")), ("scope", "all"),
            ]);
            settings.RequireSecret("OVH_CLIENT_SECRET");
        }
        else
        {
            _application = (
                settings.Require("OVH_APPLICATION_KEY"),
                settings.RequireSecret("OVH_APPLICATION_SECRET"),
                settings.RequireSecret("OVH_CONSUMER_KEY"));
        }
    }

    public override string Code => "ovh";

    public override DnsPatience Patience { get; }

    protected override async Task<IReadOnlyList<string>> FindAsync(DnsChange change, CancellationToken cancel)
    {
        var response = await SendAsync(
            HttpMethod.Get, $"/domain/zone/{change.Zone}/record?fieldType=TXT&subDomain={Uri.EscapeDataString(change.Label)}", null, cancel);
        if (response.Status == 404)
        {
            throw _http.NotManaged(change.Zone);
        }

        const string Doing = "to list records";
        List<string> found = [];
        foreach (var id in _http.Read(_http.Require(response, Doing), ProviderJson.Default.Int64Array, Doing))
        {
            var one = await SendAsync(HttpMethod.Get, $"/domain/zone/{change.Zone}/record/{id}", null, cancel);
            if (one.Status != 404
                && _http.Read(_http.Require(one, Doing), ProviderJson.Default.OvhRecord, Doing).Target is { } target
                && TxtText.IsSame(target, change.Value))
            {
                found.Add(id.ToString(CultureInfo.InvariantCulture));
            }
        }

        return found;
    }

    protected override async Task CreateAsync(DnsChange change, CancellationToken cancel)
    {
        var record = new OvhRecord("TXT", change.Label, change.Value, _ttl);
        var body = System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(record, ProviderJson.Default.OvhRecord);
        _http.Require(
            await SendAsync(HttpMethod.Post, $"/domain/zone/{change.Zone}/record", body, cancel), $"to add {change.Name}");
        await RefreshAsync(change, cancel);
    }

    protected override async Task DeleteAsync(DnsChange change, string id, CancellationToken cancel)
    {
        var response = await SendAsync(HttpMethod.Delete, $"/domain/zone/{change.Zone}/record/{id}", null, cancel);
        if (response.Status != 404)
        {
            _http.Require(response, $"to remove {change.Name}");
            await RefreshAsync(change, cancel);
        }
    }

    // Records are a draft until the zone is written anew.
    private async Task RefreshAsync(DnsChange change, CancellationToken cancel) => _http.Require(
        await SendAsync(HttpMethod.Post, $"/domain/zone/{change.Zone}/refresh", null, cancel), $"to publish {change.Zone}");

    private async Task<ProviderResponse> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancel)
    {
        var url = new Uri(_base + path);
        var headers = _token is not null
            ? [("Authorization", "Bearer " + await _token.GetAsync(cancel))]
            : await SignAsync(method, url, body, cancel);
        return await _http.SendAsync(new ProviderRequest(method, url) { Headers = headers, Body = body }, cancel);
    }

    private async Task<(string, string)[]> SignAsync(HttpMethod method, Uri url, byte[]? body, CancellationToken cancel)
    {
        var (key, secret, consumer) = _application!.Value;
        var now = (_time.GetUtcNow() + await SkewAsync(cancel)).ToUnixTimeSeconds();
        return
        [
            ("X-Ovh-Application", key),
            ("X-Ovh-Consumer", consumer),
            ("X-Ovh-Timestamp", now.ToString(CultureInfo.InvariantCulture)),
            ("X-Ovh-Signature", Signature(secret, consumer, method.Method, url.OriginalString, Encoding.UTF8.GetString(body ?? []), now)),
        ];
    }

    /// <summary>OVHcloud's own scheme: a SHA-1 over what is sent, in a fixed order.</summary>
    internal static string Signature(string secret, string consumer, string method, string url, string body, long time)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{secret}+{consumer}+{method}+{url}+{body}+{time}");
#pragma warning disable CA5350 // The API asks for it.
        return "$1$" + Convert.ToHexStringLower(SHA1.HashData(Encoding.UTF8.GetBytes(text)));
#pragma warning restore CA5350
    }

    private async Task<TimeSpan> SkewAsync(CancellationToken cancel)
    {
        if (_clock is { } known && _time.GetElapsedTime(known.MeasuredAt) < ClockLifetime)
        {
            return known.Skew;
        }

        var response = _http.Require(
            await _http.SendAsync(new ProviderRequest(HttpMethod.Get, new Uri(_base + "/auth/time")), cancel), "to tell the time");
        var theirs = long.TryParse(response.Text.Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? DateTimeOffset.FromUnixTimeSeconds(Math.Min(seconds, 100_000_000_000))
            : _time.GetUtcNow();
        _clock = (theirs - _time.GetUtcNow(), _time.GetTimestamp());
        return _clock.Value.Skew;
    }
}

internal sealed record OvhRecord(
    [property: JsonPropertyName("fieldType")] string? Type,
    [property: JsonPropertyName("subDomain")] string? Label,
    [property: JsonPropertyName("target")] string? Target,
    [property: JsonPropertyName("ttl")] int? Ttl);
