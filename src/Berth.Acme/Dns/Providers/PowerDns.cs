using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>PowerDNS's own HTTP API (https://doc.powerdns.com/authoritative/http-api/zone.html).</summary>
internal sealed class PowerDns : RecordSetProvider
{
    private readonly ProviderHttp _http;
    private readonly string _zones;
    private readonly (string, string)[] _headers;
    private readonly int _ttl;

    internal PowerDns(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("PowerDNS", settings, http, time, TimeSpan.FromSeconds(settings.Number("PDNS_HTTP_TIMEOUT", 30, 1, 600)));
        var version = settings.Number("PDNS_API_VERSION", 1, 0, 9);
        settings.Require("PDNS_API_URL");
        var url = settings.Url("PDNS_API_URL", "").AbsoluteUri.TrimEnd('/');
        _zones = $"{url}{(version == 0 ? "" : $"/api/v{version}")}/servers/{settings.Find("PDNS_SERVER_NAME") ?? "localhost"}/zones/";
        _headers = [("X-API-Key", settings.RequireSecret("PDNS_API_KEY"))];
        Patience = settings.Patience("PDNS", 120, 2);
        _ttl = settings.Ttl("PDNS", 120);
    }

    public override string Code => "pdns";

    public override DnsPatience Patience { get; }

    protected override async Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        // Servers before 4.8 do not know the filter and send the whole zone.
        var url = new Uri($"{_zones}{change.Zone}.?rrset_name={change.Name}.&rrset_type=TXT");
        var response = await _http.SendAsync(new(HttpMethod.Get, url) { Headers = _headers }, cancel);
        if (response.Status is 404 or 422)
        {
            throw _http.NotManaged(change.Zone);
        }

        const string Doing = "to read the zone";
        var zone = _http.Read(_http.Require(response, Doing), ProviderJson.Default.PowerDnsZone, Doing);
        var set = zone.Sets?.FirstOrDefault(found =>
            found.Type == "TXT" && string.Equals(found.Name, change.Name + ".", StringComparison.OrdinalIgnoreCase));
        return new RecordSet(
            [.. set?.Records?.Where(record => !record.Disabled).Select(record => record.Content ?? "") ?? []], set?.Ttl, zone.Kind);
    }

    protected override async Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel)
    {
        var set = values.Count == 0
            ? new PowerDnsSet(change.Name + ".", "TXT", null, "DELETE", null)
            : new PowerDnsSet(
                change.Name + ".", "TXT", old.Ttl ?? _ttl, "REPLACE", [.. values.Select(value => new PowerDnsRecord(value, false))]);
        var request = new ProviderRequest(HttpMethod.Patch, new Uri($"{_zones}{change.Zone}.")) { Headers = _headers }
            .With(new PowerDnsZone(null, [set]), ProviderJson.Default.PowerDnsZone);
        _http.Require(await _http.SendAsync(request, cancel), $"to change {change.Name}");
        if (old.Version?.ToUpperInvariant() is "MASTER" or "PRIMARY")
        {
            // Its secondaries; one that has none says so, and the change stands.
            await _http.SendAsync(new(HttpMethod.Put, new Uri($"{_zones}{change.Zone}./notify")) { Headers = _headers }, cancel);
        }

        return true;
    }
}

internal sealed record PowerDnsRecord(
    [property: JsonPropertyName("content")] string? Content, [property: JsonPropertyName("disabled")] bool Disabled);

internal sealed record PowerDnsSet(
    [property: JsonPropertyName("name")] string? Name,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("ttl")] int? Ttl,
    [property: JsonPropertyName("changetype")] string? Change,
    [property: JsonPropertyName("records")] IReadOnlyList<PowerDnsRecord>? Records);

internal sealed record PowerDnsZone(
    [property: JsonPropertyName("kind")] string? Kind, [property: JsonPropertyName("rrsets")] IReadOnlyList<PowerDnsSet>? Sets);
