using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>Hetzner's Cloud console (https://docs.hetzner.cloud/reference/cloud#zone-rrset-actions).</summary>
internal sealed class HetznerCloud : IDnsProvider
{
    private const string Base = "https://api.hetzner.cloud/v1";
    private static readonly TimeSpan ActionPause = TimeSpan.FromSeconds(1);
    private readonly ProviderHttp _http;
    private readonly TimeProvider _time;
    private readonly (string, string)[] _headers;
    private readonly int _ttl;

    internal HetznerCloud(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _time = time;
        _http = new ProviderHttp("Hetzner", settings, http, time, TimeSpan.FromSeconds(settings.Number("HETZNER_HTTP_TIMEOUT", 30, 1, 600)));
        _headers = [("Authorization", "Bearer " + settings.RequireSecret("HETZNER_API_TOKEN"))];
        Patience = settings.Patience("HETZNER", 60, 2);
        _ttl = settings.Ttl("HETZNER", 120, 60);
    }

    public string Code => "hetzner";

    public DnsPatience Patience { get; }

    public async ValueTask AddAsync(DnsChange change, CancellationToken cancel)
    {
        var set = await ReadAsync(change, cancel);
        if (set?.Records?.Any(record => record.Value is { } value && TxtText.IsSame(value, change.Value)) == true)
        {
            return;
        }

        // The TTL belongs to the set: one that exists keeps its own.
        await ActAsync(change, "add_records", new HetznerCloudChange([new(change.Quoted)], set is null ? _ttl : null), cancel);
    }

    public async ValueTask RemoveAsync(DnsChange change, CancellationToken cancel)
    {
        var set = await ReadAsync(change, cancel);
        var present = set?.Records?.FirstOrDefault(record => record.Value is { } value && TxtText.IsSame(value, change.Value));
        if (present is not null)
        {
            await ActAsync(change, "remove_records", new HetznerCloudChange([new(present.Value)], null), cancel);
        }
    }

    private async Task<HetznerCloudSet?> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        var response = await _http.SendAsync(new(HttpMethod.Get, UrlOf(change)) { Headers = _headers }, cancel);
        if (response.Status == 404)
        {
            return null;
        }

        const string Doing = "to read the records";
        return _http.Read(_http.Require(response, Doing), ProviderJson.Default.HetznerCloudSetAnswer, Doing).Set;
    }

    private async Task ActAsync(DnsChange change, string action, HetznerCloudChange body, CancellationToken cancel)
    {
        var request = new ProviderRequest(HttpMethod.Post, new Uri($"{UrlOf(change)}/actions/{action}")) { Headers = _headers }
            .With(body, ProviderJson.Default.HetznerCloudChange);
        var response = await _http.SendAsync(request, cancel);
        if (response.Status == 404)
        {
            throw _http.NotManaged(change.Zone);
        }

        var doing = $"to change {change.Name}";
        var started = _http.Read(_http.Require(response, doing), ProviderJson.Default.HetznerCloudActionAnswer, doing).Action;
        while (started?.Status == "running")
        {
            await Task.Delay(ActionPause, _time, cancel);
            var url = new Uri($"{Base}/actions/{started.Id}");
            started = (await _http.SendAsync(
                new(HttpMethod.Get, url) { Headers = _headers }, ProviderJson.Default.HetznerCloudActionAnswer, doing, cancel)).Action;
        }

        if (started?.Status == "error")
        {
            throw _http.Refusal(false, doing, started.Error?.Message ?? "the action failed");
        }
    }

    private static Uri UrlOf(DnsChange change) =>
        new($"{Base}/zones/{change.Zone}/rrsets/{(change.Label.Length == 0 ? "@" : change.Label)}/TXT");
}

internal sealed record HetznerCloudRecord([property: JsonPropertyName("value")] string? Value);

internal sealed record HetznerCloudSet([property: JsonPropertyName("records")] IReadOnlyList<HetznerCloudRecord>? Records);

internal sealed record HetznerCloudSetAnswer([property: JsonPropertyName("rrset")] HetznerCloudSet? Set);

internal sealed record HetznerCloudChange(
    [property: JsonPropertyName("records")] IReadOnlyList<HetznerCloudRecord> Records,
    [property: JsonPropertyName("ttl")] int? Ttl);

internal sealed record HetznerCloudError([property: JsonPropertyName("message")] string? Message);

internal sealed record HetznerCloudAction(
    [property: JsonPropertyName("id")] long Id,
    [property: JsonPropertyName("status")] string? Status,
    [property: JsonPropertyName("error")] HetznerCloudError? Error);

internal sealed record HetznerCloudActionAnswer([property: JsonPropertyName("action")] HetznerCloudAction? Action);
