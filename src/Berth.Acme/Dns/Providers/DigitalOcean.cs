using System.Globalization;
using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>DigitalOcean (https://docs.digitalocean.com/reference/api/digitalocean/#tag/Domain-Records).</summary>
internal sealed class DigitalOcean : RecordListProvider
{
    private readonly ProviderHttp _http;
    private readonly string _base;
    private readonly (string, string)[] _headers;
    private readonly int _ttl;

    internal DigitalOcean(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("DigitalOcean", settings, http, time, TimeSpan.FromSeconds(settings.Number("DO_HTTP_TIMEOUT", 30, 1, 600)));
        _base = settings.Url("DO_API_URL", "https://api.digitalocean.com").AbsoluteUri.TrimEnd('/') + "/v2/domains/";
        _headers = [("Authorization", "Bearer " + settings.RequireSecret("DO_AUTH_TOKEN"))];
        Patience = settings.Patience("DO", 60, 5);
        _ttl = settings.Ttl("DO", 30, 30);
    }

    public override string Code => "digitalocean";

    public override DnsPatience Patience { get; }

    protected override async Task<IReadOnlyList<string>> FindAsync(DnsChange change, CancellationToken cancel)
    {
        var url = new Uri($"{_base}{change.Zone}/records?type=TXT&per_page=200&name={Uri.EscapeDataString(change.Name)}");
        var response = await _http.SendAsync(new(HttpMethod.Get, url) { Headers = _headers }, cancel);
        if (response.Status == 404)
        {
            throw _http.NotManaged(change.Zone);
        }

        const string Doing = "to list records";
        var answer = _http.Read(_http.Require(response, Doing), ProviderJson.Default.DigitalOceanAnswer, Doing);
        return
        [
            .. (answer.Records ?? []).Where(record => record.Data is { } data && TxtText.IsSame(data, change.Value))
                .Select(record => record.Id.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    protected override async Task CreateAsync(DnsChange change, CancellationToken cancel)
    {
        var record = new DigitalOceanRecord(0, "TXT", change.Label.Length == 0 ? "@" : change.Label, change.Value, _ttl);
        var request = new ProviderRequest(HttpMethod.Post, new Uri($"{_base}{change.Zone}/records")) { Headers = _headers }
            .With(record, ProviderJson.Default.DigitalOceanRecord);
        _http.Require(await _http.SendAsync(request, cancel), $"to add {change.Name}");
    }

    protected override async Task DeleteAsync(DnsChange change, string id, CancellationToken cancel)
    {
        var url = new Uri($"{_base}{change.Zone}/records/{id}");
        var response = await _http.SendAsync(new(HttpMethod.Delete, url) { Headers = _headers }, cancel);
        if (response.Status != 404)
        {
            _http.Require(response, $"to remove {change.Name}");
        }
    }
}

internal sealed record DigitalOceanRecord(
    [property: JsonPropertyName("id"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] long Id,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("data")] string? Data,
    [property: JsonPropertyName("ttl")] int? Ttl);

internal sealed record DigitalOceanAnswer([property: JsonPropertyName("domain_records")] IReadOnlyList<DigitalOceanRecord>? Records);
