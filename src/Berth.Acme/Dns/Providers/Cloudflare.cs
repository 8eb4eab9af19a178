using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>Cloudflare (https://developers.cloudflare.com/api/resources/dns/subresources/records/).</summary>
internal sealed class Cloudflare : RecordListProvider
{
    private const int Identical = 81058;
    private readonly ProviderHttp _http;
    private readonly string _base;
    private readonly (string, string)[] _zoneHeaders;
    private readonly (string, string)[] _recordHeaders;
    private readonly int _ttl;
    private readonly ZoneIds _zones;

    internal Cloudflare(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _zones = new ZoneIds(time);
        _http = new ProviderHttp("Cloudflare", settings, http, time, TimeSpan.FromSeconds(settings.Number("CLOUDFLARE_HTTP_TIMEOUT", 30, 1, 600)));
        _base = settings.Url("CLOUDFLARE_BASE_URL", "https://api.cloudflare.com/client/v4").AbsoluteUri.TrimEnd('/');
        Patience = settings.Patience("CLOUDFLARE", 120, 2);
        _ttl = settings.Ttl("CLOUDFLARE", 120, 60);
        if (settings.FindSecret("CF_DNS_API_TOKEN", "CLOUDFLARE_DNS_API_TOKEN") is { } token)
        {
            _recordHeaders = [("Authorization", "Bearer " + token)];
            var zoneToken = settings.FindSecret("CF_ZONE_API_TOKEN", "CLOUDFLARE_ZONE_API_TOKEN") ?? token;
            _zoneHeaders = [("Authorization", "Bearer " + zoneToken)];
            return;
        }

        var email = settings.Find("CF_API_EMAIL", "CLOUDFLARE_EMAIL");
        var key = settings.FindSecret("CF_API_KEY", "CLOUDFLARE_API_KEY");
        if (email is null || key is null)
        {
            throw DnsProblems.NoSetting(Code, "CF_DNS_API_TOKEN, or CF_API_EMAIL and CF_API_KEY").AsException();
        }

        _zoneHeaders = _recordHeaders = [("X-Auth-Email", email), ("X-Auth-Key", key)];
    }

    public override string Code => "cloudflare";

    public override DnsPatience Patience { get; }

    protected override async Task<IReadOnlyList<string>> FindAsync(DnsChange change, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var url = new Uri($"{_base}/zones/{zone}/dns_records?type=TXT&per_page=100&name={Uri.EscapeDataString(change.Name)}");
        var answer = await SendAsync(new(HttpMethod.Get, url) { Headers = _recordHeaders }, "to list records", cancel);
        return
        [
            .. (answer.Result ?? []).Where(record => record is { Id: not null, Content: { } text } && TxtText.IsSame(text, change.Value))
                .Select(record => record.Id!),
        ];
    }

    protected override async Task CreateAsync(DnsChange change, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var request = new ProviderRequest(HttpMethod.Post, new Uri($"{_base}/zones/{zone}/dns_records")) { Headers = _recordHeaders }
            .With(new CloudflareRecord(null, "TXT", change.Name, change.Quoted, _ttl), ProviderJson.Default.CloudflareRecord);
        var response = await _http.SendAsync(request, cancel);
        if (!response.IsSuccess && Errors(response).Any(error => error.Code == Identical))
        {
            return;
        }

        _http.Require(response, $"to add {change.Name}");
    }

    protected override async Task DeleteAsync(DnsChange change, string id, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var url = new Uri($"{_base}/zones/{zone}/dns_records/{Uri.EscapeDataString(id)}");
        var response = await _http.SendAsync(new(HttpMethod.Delete, url) { Headers = _recordHeaders }, cancel);
        if (response.Status != 404)
        {
            _http.Require(response, $"to remove {change.Name}");
        }
    }

    private Task<string> ZoneAsync(string zone, CancellationToken cancel) => _zones.OfAsync(zone, () => FindZoneAsync(zone, cancel));

    private async Task<string> FindZoneAsync(string zone, CancellationToken cancel)
    {
        var url = new Uri($"{_base}/zones?name={Uri.EscapeDataString(zone)}");
        var answer = await SendAsync(new(HttpMethod.Get, url) { Headers = _zoneHeaders }, "to list zones", cancel);
        var id = answer.Result?.FirstOrDefault(found => found.Name == zone)?.Id ?? throw _http.NotManaged(zone);
        return Uri.EscapeDataString(id);
    }

    private Task<CloudflareAnswer> SendAsync(ProviderRequest request, string doing, CancellationToken cancel) =>
        _http.SendAsync(request, ProviderJson.Default.CloudflareAnswer, doing, cancel);

    private IReadOnlyList<CloudflareError> Errors(ProviderResponse response) =>
        _http.Read(response, ProviderJson.Default.CloudflareFailure, "the change").Errors ?? [];
}

internal sealed record CloudflareRecord(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("content")] string? Content,
    [property: JsonPropertyName("ttl")] int? Ttl);

internal sealed record CloudflareAnswer([property: JsonPropertyName("result")] IReadOnlyList<CloudflareRecord>? Result);

internal sealed record CloudflareError([property: JsonPropertyName("code")] int Code);

internal sealed record CloudflareFailure([property: JsonPropertyName("errors")] IReadOnlyList<CloudflareError>? Errors);
