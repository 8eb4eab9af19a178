using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>
/// Hetzner's DNS console (https://dns.hetzner.com/api-docs), for zones that were not moved to the Cloud console yet: see
/// <see cref="HetznerCloud"/>.
/// </summary>
internal sealed class HetznerConsole : RecordListProvider
{
    private const string Base = "https://dns.hetzner.com/api/v1";
    private const int PageSize = 100;
    private const int MostPages = 100;
    private readonly ProviderHttp _http;
    private readonly (string, string)[] _headers;
    private readonly int _ttl;
    private readonly ZoneIds _zones;

    internal HetznerConsole(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _zones = new ZoneIds(time);
        _http = new ProviderHttp("Hetzner's DNS console", settings, http, time, TimeSpan.FromSeconds(settings.Number("HETZNER_HTTP_TIMEOUT", 30, 1, 600)));
        _headers = [("Auth-API-Token", settings.RequireSecret("HETZNER_API_KEY"))];
        Patience = settings.Patience("HETZNER", 120, 2);
        _ttl = settings.Ttl("HETZNER", 120, 60);
    }

    public override string Code => "hetzner";

    public override DnsPatience Patience { get; }

    protected override async Task<IReadOnlyList<string>> FindAsync(DnsChange change, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var label = LabelOf(change);
        List<string> found = [];
        for (var page = 1; page <= MostPages; page++)
        {
            var url = new Uri($"{Base}/records?zone_id={zone}&per_page={PageSize}&page={page}");
            var answer = await _http.SendAsync(
                new(HttpMethod.Get, url) { Headers = _headers }, ProviderJson.Default.HetznerRecords, "to list records", cancel);
            var records = answer.Records ?? [];
            found.AddRange(records
                .Where(record => record is { Type: "TXT", Id: not null, Value: { } value } && record.Name == label && TxtText.IsSame(value, change.Value))
                .Select(record => record.Id!));
            if (records.Count < PageSize)
            {
                break;
            }
        }

        return found;
    }

    protected override async Task CreateAsync(DnsChange change, CancellationToken cancel)
    {
        var record = new HetznerRecord(null, await ZoneAsync(change.Zone, cancel), "TXT", LabelOf(change), change.Quoted, _ttl);
        var request = new ProviderRequest(HttpMethod.Post, new Uri(Base + "/records")) { Headers = _headers }
            .With(record, ProviderJson.Default.HetznerRecord);
        _http.Require(await _http.SendAsync(request, cancel), $"to add {change.Name}");
    }

    protected override async Task DeleteAsync(DnsChange change, string id, CancellationToken cancel)
    {
        var url = new Uri($"{Base}/records/{Uri.EscapeDataString(id)}");
        var response = await _http.SendAsync(new(HttpMethod.Delete, url) { Headers = _headers }, cancel);
        if (response.Status != 404)
        {
            _http.Require(response, $"to remove {change.Name}");
        }
    }

    private Task<string> ZoneAsync(string zone, CancellationToken cancel) => _zones.OfAsync(zone, () => FindZoneAsync(zone, cancel));

    private async Task<string> FindZoneAsync(string zone, CancellationToken cancel)
    {
        var url = new Uri($"{Base}/zones?name={Uri.EscapeDataString(zone)}");
        var response = await _http.SendAsync(new(HttpMethod.Get, url) { Headers = _headers }, cancel);
        if (response.Status == 404)
        {
            throw _http.NotManaged(zone);
        }

        const string Doing = "to list zones";
        var answer = _http.Read(_http.Require(response, Doing), ProviderJson.Default.HetznerZones, Doing);
        var id = answer.Zones?.FirstOrDefault(found => found.Name == zone)?.Id ?? throw _http.NotManaged(zone);
        return Uri.EscapeDataString(id);
    }

    private static string LabelOf(DnsChange change) => change.Label.Length == 0 ? "@" : change.Label;
}

internal sealed record HetznerZone([property: JsonPropertyName("id")] string? Id, [property: JsonPropertyName("name")] string? Name);

internal sealed record HetznerZones([property: JsonPropertyName("zones")] IReadOnlyList<HetznerZone>? Zones);

internal sealed record HetznerRecord(
    [property: JsonPropertyName("id")] string? Id,
    [property: JsonPropertyName("zone_id")] string? ZoneId,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("value")] string? Value,
    [property: JsonPropertyName("ttl")] int? Ttl);

internal sealed record HetznerRecords([property: JsonPropertyName("records")] IReadOnlyList<HetznerRecord>? Records);
