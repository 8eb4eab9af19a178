using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>Porkbun (https://porkbun.com/api/json/v3/documentation).</summary>
internal sealed class Porkbun : RecordListProvider
{
    private const string Base = "https://api.porkbun.com/api/json/v3/dns/";
    private readonly ProviderHttp _http;
    private readonly string _key;
    private readonly string _secret;
    private readonly int _ttl;

    internal Porkbun(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("Porkbun", settings, http, time, TimeSpan.FromSeconds(settings.Number("PORKBUN_HTTP_TIMEOUT", 30, 1, 600)));
        _key = settings.RequireSecret("PORKBUN_API_KEY");
        _secret = settings.RequireSecret("PORKBUN_SECRET_API_KEY");
        Patience = settings.Patience("PORKBUN", 600, 10);
        _ttl = settings.Ttl("PORKBUN", 600, 300);
    }

    public override string Code => "porkbun";

    public override DnsPatience Patience { get; }

    protected override async Task<IReadOnlyList<string>> FindAsync(DnsChange change, CancellationToken cancel)
    {
        var path = $"retrieveByNameType/{change.Zone}/TXT{(change.Label.Length == 0 ? "" : "/" + change.Label)}";
        var answer = await SendAsync(path, new PorkbunRequest(_key, _secret), "to list records", cancel);
        return
        [
            .. (answer.Records ?? []).Where(record => record is { Id: not null, Content: { } text } && TxtText.IsSame(text, change.Value))
                .Select(record => record.Id!),
        ];
    }

    protected override Task CreateAsync(DnsChange change, CancellationToken cancel) => SendAsync(
        "create/" + change.Zone,
        new PorkbunRequest(_key, _secret)
        {
            Name = change.Label,
            Type = "TXT",
            Content = change.Value,
            Ttl = _ttl.ToString(System.Globalization.CultureInfo.InvariantCulture),
        },
        $"to add {change.Name}",
        cancel);

    protected override Task DeleteAsync(DnsChange change, string id, CancellationToken cancel) => SendAsync(
        $"delete/{change.Zone}/{Uri.EscapeDataString(id)}", new PorkbunRequest(_key, _secret), $"to remove {change.Name}", cancel);

    private async Task<PorkbunAnswer> SendAsync(string path, PorkbunRequest body, string doing, CancellationToken cancel)
    {
        var request = new ProviderRequest(HttpMethod.Post, new Uri(Base + path)).With(body, ProviderJson.Default.PorkbunRequest);
        var answer = _http.Read(
            _http.Require(await _http.SendAsync(request, cancel), doing), ProviderJson.Default.PorkbunAnswer, doing);
        return answer.Status == "SUCCESS" ? answer : throw _http.Refusal(false, doing, answer.Message ?? "it gave no reason");
    }
}

internal sealed record PorkbunRequest(
    [property: JsonPropertyName("apikey")] string Key, [property: JsonPropertyName("secretapikey")] string Secret)
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("type")]
    public string? Type { get; init; }

    [JsonPropertyName("content")]
    public string? Content { get; init; }

    [JsonPropertyName("ttl")]
    public string? Ttl { get; init; }

    public override string ToString() => $"PorkbunRequest {{ Name = {Name} }}";
}

internal sealed record PorkbunRecord(
    [property: JsonPropertyName("id"), JsonConverter(typeof(TextOrNumber))] string? Id,
    [property: JsonPropertyName("content")] string? Content);

internal sealed record PorkbunAnswer(
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("message")] string? Message,
    [property: JsonPropertyName("records")] IReadOnlyList<PorkbunRecord>? Records);
