using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>Gandi LiveDNS (https://api.gandi.net/docs/livedns/).</summary>
internal sealed class Gandi : RecordSetProvider
{
    private readonly ProviderHttp _http;
    private readonly (string, string)[] _headers;
    private readonly int _ttl;

    internal Gandi(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("Gandi", settings, http, time, TimeSpan.FromSeconds(settings.Number("GANDIV5_HTTP_TIMEOUT", 10, 1, 600)));
        _headers =
        [
            ("Authorization", settings.FindSecret("GANDIV5_PERSONAL_ACCESS_TOKEN") is { } token
                ? "Bearer " + token
                : "Apikey " + settings.RequireSecret("GANDIV5_PERSONAL_ACCESS_TOKEN", "GANDIV5_API_KEY")),
        ];
        Patience = settings.Patience("GANDIV5", 1200, 20);
        _ttl = settings.Ttl("GANDIV5", 300, 300);
    }

    public override string Code => "gandiv5";

    public override DnsPatience Patience { get; }

    protected override async Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        var response = await _http.SendAsync(new(HttpMethod.Get, UrlOf(change)) { Headers = _headers }, cancel);
        if (response.Status == 404)
        {
            return RecordSet.Empty;
        }

        const string Doing = "to read the records";
        var set = _http.Read(_http.Require(response, Doing), ProviderJson.Default.GandiSet, Doing);
        return new RecordSet(set.Values ?? [], set.Ttl);
    }

    protected override async Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel)
    {
        var request = values.Count == 0
            ? new ProviderRequest(HttpMethod.Delete, UrlOf(change)) { Headers = _headers }
            : new ProviderRequest(HttpMethod.Put, UrlOf(change)) { Headers = _headers }
                .With(new GandiSet(old.Ttl ?? _ttl, values), ProviderJson.Default.GandiSet);
        var response = await _http.SendAsync(request, cancel);
        if (response.Status == 404 && values.Count > 0)
        {
            throw _http.NotManaged(change.Zone);
        }

        if (response.Status != 404)
        {
            _http.Require(response, $"to change {change.Name}");
        }

        return true;
    }

    private static Uri UrlOf(DnsChange change) => new(
        $"https://api.gandi.net/v5/livedns/domains/{change.Zone}/records/{(change.Label.Length == 0 ? "@" : change.Label)}/TXT");
}

internal sealed record GandiSet(
    [property: JsonPropertyName("rrset_ttl")] int? Ttl,
    [property: JsonPropertyName("rrset_values")] IReadOnlyList<string>? Values);
