using System.Text.Json.Serialization;

namespace Berth.Acme.Dns.Providers;

/// <summary>
/// Azure DNS (https://learn.microsoft.com/rest/api/dns/record-sets), with a service principal's secret
/// (https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow). Managed identities and client
/// certificates are not supported.
/// </summary>
internal sealed class AzureDns : RecordSetProvider
{
    private readonly ProviderHttp _http;
    private readonly AccessToken _token;
    private readonly string _management;
    private readonly string _subscription;
    private readonly string? _group;
    private readonly string? _zoneName;
    private readonly string _kind;
    private readonly string _version;
    private readonly int _ttl;
    private readonly ZoneIds _zones;

    internal AzureDns(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _zones = new ZoneIds(time);
        _http = new ProviderHttp("Azure DNS", settings, http, time, TimeSpan.FromSeconds(30));
        (var login, _management) = settings.Find("AZURE_ENVIRONMENT")?.ToUpperInvariant() switch
        {
            null or "PUBLIC" => ("https://login.microsoftonline.com", "https://management.azure.com"),
            "USGOVERNMENT" => ("https://login.microsoftonline.us", "https://management.usgovcloudapi.net"),
            "CHINA" => ("https://login.chinacloudapi.cn", "https://management.chinacloudapi.cn"),
            _ => throw DnsProblems.BadSetting(Code, "AZURE_ENVIRONMENT", "it is none of public, usgovernment, china").AsException(),
        };
        var tenant = settings.Require("AZURE_TENANT_ID");
        var client = settings.Require("AZURE_CLIENT_ID");
        var secret = settings.RequireSecret("AZURE_CLIENT_SECRET");
        _token = new AccessToken(
            _http, settings, time, new Uri($"{login}/{Uri.EscapeDataString(tenant)}/oauth2/v2.0/token"), () =>
            [
                ("grant_type", "client_credentials"), ("client_id", client), ("client_secret", secret),
                ("scope", _management + "/.default"),
            ]);
        _subscription = Uri.EscapeDataString(settings.Require("AZURE_SUBSCRIPTION_ID"));
        _group = settings.Find("AZURE_RESOURCE_GROUP");
        _zoneName = settings.Find("AZURE_ZONE_NAME");
        (_kind, _version) = settings.Flag("AZURE_PRIVATE_ZONE") ? ("privateDnsZones", "2020-06-01") : ("dnsZones", "2018-05-01");
        Patience = settings.Patience("AZURE", 120, 2);
        _ttl = settings.Ttl("AZURE", 60);
    }

    public override string Code => "azuredns";

    public override DnsPatience Patience { get; }

    protected override string Write(DnsChange change) => change.Value;

    protected override async Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        var response = await _http.SendAsync(await RequestAsync(HttpMethod.Get, await SetOfAsync(change, cancel), cancel), cancel);
        if (response.Status == 404)
        {
            return RecordSet.Empty;
        }

        const string Doing = "to read the records";
        var set = _http.Read(_http.Require(response, Doing), ProviderJson.Default.AzureSet, Doing);
        return new RecordSet(
            [.. set.Properties?.Records?.Select(record => string.Concat(record.Value ?? [])) ?? []], set.Properties?.Ttl, set.Etag);
    }

    protected override async Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel)
    {
        var url = await SetOfAsync(change, cancel);
        var condition = old.Version is { } etag ? ("If-Match", etag) : ("If-None-Match", "*");
        var request = await RequestAsync(values.Count == 0 ? HttpMethod.Delete : HttpMethod.Put, url, cancel);
        request = request with { Headers = [.. request.Headers, condition] };
        if (values.Count > 0)
        {
            var records = values.Select(value => new AzureText([.. value.Chunk(255).Select(piece => new string(piece))]));
            request = request.With(new AzureSet(null, new AzureProperties(old.Ttl ?? _ttl, [.. records])), ProviderJson.Default.AzureSet);
        }

        var response = await _http.SendAsync(request, cancel);
        if (response.Status is 409 or 412)
        {
            return false;
        }

        if (response.Status == 404)
        {
            throw _http.NotManaged(change.Zone);
        }

        _http.Require(response, $"to change {change.Name}");
        return true;
    }

    private async Task<Uri> SetOfAsync(DnsChange change, CancellationToken cancel)
    {
        var zone = _zoneName ?? change.Zone;
        var label = change.Name == zone ? "@" : change.Name.EndsWith("." + zone, StringComparison.Ordinal) ? change.Name[..^(zone.Length + 1)] : throw _http.NotManaged(zone);
        var path = _group is { } group
            ? $"/subscriptions/{_subscription}/resourceGroups/{Uri.EscapeDataString(group)}/providers/Microsoft.Network/{_kind}/{zone}"
            : await _zones.OfAsync(zone, () => FindZoneAsync(zone, cancel));
        return new Uri($"{_management}{path}/TXT/{label}?api-version={_version}");
    }

    // Without the resource group, the zone is looked for in the whole subscription.
    private async Task<string> FindZoneAsync(string zone, CancellationToken cancel)
    {
        Uri? url = new($"{_management}/subscriptions/{_subscription}/providers/Microsoft.Network/{_kind}?api-version={_version}");
        while (url is not null)
        {
            var page = await _http.SendAsync(
                await RequestAsync(HttpMethod.Get, url, cancel), ProviderJson.Default.AzureZones, "to list zones", cancel);
            if (page.Zones?.FirstOrDefault(found => string.Equals(found.Name, zone, StringComparison.OrdinalIgnoreCase))?.Id is ['/', ..] id)
            {
                return id;
            }

            url = page.Next is { } next && Uri.TryCreate(next, UriKind.Absolute, out var following)
                && following.Host == url.Host ? following : null;
        }

        throw _http.NotManaged(zone);
    }

    private async Task<ProviderRequest> RequestAsync(HttpMethod method, Uri url, CancellationToken cancel) =>
        new(method, url) { Headers = [("Authorization", "Bearer " + await _token.GetAsync(cancel))] };
}

internal sealed record AzureText([property: JsonPropertyName("value")] IReadOnlyList<string>? Value);

internal sealed record AzureProperties(
    [property: JsonPropertyName("TTL")] int? Ttl, [property: JsonPropertyName("TXTRecords")] IReadOnlyList<AzureText>? Records);

internal sealed record AzureSet(
    [property: JsonPropertyName("etag")] string? Etag, [property: JsonPropertyName("properties")] AzureProperties? Properties);

internal sealed record AzureZone([property: JsonPropertyName("id")] string? Id, [property: JsonPropertyName("name")] string? Name);

internal sealed record AzureZones(
    [property: JsonPropertyName("value")] IReadOnlyList<AzureZone>? Zones, [property: JsonPropertyName("nextLink")] string? Next);
