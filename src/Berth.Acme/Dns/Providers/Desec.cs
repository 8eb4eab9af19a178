using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>deSEC (https://desec.readthedocs.io/en/latest/dns/rrsets.html).</summary>
internal sealed class Desec : RecordSetProvider
{
    private readonly ProviderHttp _http;
    private readonly (string, string)[] _headers;
    private readonly int _ttl;

    internal Desec(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("deSEC", settings, http, time, TimeSpan.FromSeconds(settings.Number("DESEC_HTTP_TIMEOUT", 30, 1, 600)));
        _headers = [("Authorization", "Token " + settings.RequireSecret("DESEC_TOKEN"))];
        Patience = settings.Patience("DESEC", 120, 4);
        _ttl = settings.Ttl("DESEC", 3600, 60);
    }

    public override string Code => "desec";

    public override DnsPatience Patience { get; }

    protected override async Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        var response = await _http.SendAsync(new(HttpMethod.Get, SetOf(change)) { Headers = _headers }, cancel);
        if (response.Status == 404)
        {
            return RecordSet.Empty;
        }

        const string Doing = "to read the records";
        var set = _http.Read(_http.Require(response, Doing), ProviderJson.Default.DesecSet, Doing);
        return new RecordSet(set.Records ?? [], set.Ttl);
    }

    protected override async Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel)
    {
        // An empty list deletes the set; a new one is posted to the list of all.
        var isNew = old.Values.Count == 0;
        var request = new ProviderRequest(
            isNew ? HttpMethod.Post : HttpMethod.Patch,
            isNew ? new Uri($"https://desec.io/api/v1/domains/{change.Zone}/rrsets/") : SetOf(change))
        { Headers = _headers };
        var body = isNew ? new DesecSet(change.Label, "TXT", _ttl, values) : new DesecSet(null, null, null, values);
        var response = await _http.SendAsync(request.With(body, ProviderJson.Default.DesecSet), cancel);
        if (response.Status == 404)
        {
            return !isNew ? false : throw _http.NotManaged(change.Zone);
        }

        _http.Require(response, $"to change {change.Name}");
        return true;
    }

    private static Uri SetOf(DnsChange change) => new(
        $"https://desec.io/api/v1/domains/{change.Zone}/rrsets/{(change.Label.Length == 0 ? "@" : change.Label)}/TXT/");
}

internal sealed record DesecSet(
    [property: JsonPropertyName("subname")] string? Label,
    [property: JsonPropertyName("type")] string? Type,
    [property: JsonPropertyName("ttl")] int? Ttl,
    [property: JsonPropertyName("records")] IReadOnlyList<string>? Records);
