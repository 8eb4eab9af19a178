using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Xml;
using Berth.Kernel;

namespace Berth.Acme.Dns.Providers;

/// <summary>Amazon Route 53 (https://docs.aws.amazon.com/Route53/latest/APIReference/).</summary>
internal sealed class Route53 : RecordSetProvider
{
    private const string Version = "2013-04-01";

    // Five requests a second for each account, and one change at a time in each zone (https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests).
    private static readonly string[] Busy = ["Throttling", "ThrottlingException", "PriorRequestNotComplete"];
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(16);
    private static readonly TimeSpan LongestSettling = TimeSpan.FromMinutes(3);
    private const int Attempts = 8;

    private readonly ProviderHttp _http;
    private readonly TimeProvider _time;
    private readonly AwsCredentials _credentials;
    private readonly string _region;
    private readonly string _base;
    private readonly string? _zoneId;
    private readonly bool _private;
    private readonly bool _waits;
    private readonly int _ttl;
    private readonly ZoneIds _zones;
    private readonly NameGates _gates = new();

    internal Route53(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _time = time;
        _zones = new ZoneIds(time);
        _http = new ProviderHttp("Route 53", settings, http, time, TimeSpan.FromSeconds(30));
        _credentials = AwsCredentials.Of(settings);

        // One global service in each partition; its signatures name one region.
        (_region, var host) = settings.Find("AWS_REGION") switch
        {
            { } china when china.StartsWith("cn-", StringComparison.Ordinal) => ("cn-northwest-1", "route53.amazonaws.com.cn"),
            { } gov when gov.StartsWith("us-gov-", StringComparison.Ordinal) => ("us-gov-west-1", "route53.us-gov.amazonaws.com"),
            _ => ("us-east-1", "route53.amazonaws.com"),
        };
        _base = $"https://{host}/{Version}/";
        _zoneId = settings.Find("AWS_HOSTED_ZONE_ID");
        _private = settings.Flag("AWS_PRIVATE_ZONE");
        _waits = settings.Find("AWS_WAIT_FOR_RECORD_SETS_CHANGED") is null || settings.Flag("AWS_WAIT_FOR_RECORD_SETS_CHANGED");
        Patience = settings.Patience("AWS", 120, 4);
        _ttl = settings.Ttl("AWS", 10);
    }

    public override string Code => "route53";

    public override DnsPatience Patience { get; }

    protected override async Task<RecordSet> ReadAsync(DnsChange change, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);
        var parts = await SendAsync(
            HttpMethod.Get, $"hostedzone/{zone}/rrset?maxitems=1&name={Uri.EscapeDataString(change.Name + ".")}&type=TXT", null, "to read the records", cancel);
        var texts = parts.Where(part => part.Path.Contains("/ResourceRecordSet/", StringComparison.Ordinal)).ToList();

        // The list begins at the name and type asked for: it may hold the next one instead.
        if (texts.FirstOrDefault(part => part.Name == "Type")?.Text != "TXT"
            || !IsName(texts.FirstOrDefault(part => part.Name == "Name")?.Text, change.Name))
        {
            return RecordSet.Empty;
        }

        return new RecordSet(
            [.. texts.Where(part => part.Name == "Value").Select(part => part.Text)],
            int.TryParse(texts.FirstOrDefault(part => part.Name == "TTL")?.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var ttl)
                ? ttl
                : null);
    }

    protected override async Task<bool> WriteAsync(
        DnsChange change, RecordSet old, IReadOnlyList<string> values, CancellationToken cancel)
    {
        var zone = await ZoneAsync(change.Zone, cancel);

        // A deletion names the set exactly as it is.
        var body = values.Count == 0
            ? Batch("DELETE", change.Name, old.Ttl ?? _ttl, old.Values)
            : Batch("UPSERT", change.Name, old.Ttl ?? _ttl, values);
        var parts = await _gates.RunAsync(
            zone, () => SendAsync(HttpMethod.Post, $"hostedzone/{zone}/rrset/", Encoding.UTF8.GetBytes(body), $"to change {change.Name}", cancel), cancel);
        if (_waits && values.Count > old.Values.Count && parts.FirstOrDefault(part => part.Name == "Id")?.Text is { } id)
        {
            await TrySettleAsync(id, cancel);
        }

        return true;
    }

    // The change stands, and its servers are looked at: who may not ask after it (route53:GetChange) needs not.
    private async Task TrySettleAsync(string changeId, CancellationToken cancel)
    {
        try
        {
            await SettleAsync(changeId, cancel);
        }
        catch (ProblemException)
        {
        }
    }

    private async Task SettleAsync(string changeId, CancellationToken cancel)
    {
        var start = _time.GetTimestamp();
        var longest = Patience.Timeout < LongestSettling ? Patience.Timeout : LongestSettling;
        while (_time.GetElapsedTime(start) < longest)
        {
            var parts = await SendAsync(HttpMethod.Get, "change/" + IdOf(changeId), null, "to tell of the change", cancel);
            if (parts.FirstOrDefault(part => part.Name == "Status")?.Text == "INSYNC")
            {
                return;
            }

            await Task.Delay(Patience.Interval, _time, cancel);
        }
    }

    private async Task<string> ZoneAsync(string zone, CancellationToken cancel) =>
        Uri.EscapeDataString(_zoneId ?? await _zones.OfAsync(zone, () => FindZoneAsync(zone, cancel)));

    private async Task<string> FindZoneAsync(string zone, CancellationToken cancel)
    {
        var parts = await SendAsync(
            HttpMethod.Get, $"hostedzonesbyname?dnsname={Uri.EscapeDataString(zone + ".")}", null, "to list zones", cancel);
        string? id = null;
        string? name = null;
        foreach (var part in parts.Where(part => part.Path.Contains("/HostedZone/", StringComparison.Ordinal)))
        {
            (id, name) = part.Name switch
            {
                "Id" => (IdOf(part.Text), name),
                "Name" => (id, part.Text),
                _ => (id, name),
            };
            if (part.Name == "PrivateZone" && id is not null && IsName(name, zone) && part.Text == (_private ? "true" : "false"))
            {
                return id;
            }
        }

        throw _http.NotManaged(zone);
    }

    // Those refused together come again at different times.
    private async Task<IReadOnlyList<XmlPart>> SendAsync(
        HttpMethod method, string path, byte[]? body, string doing, CancellationToken cancel)
    {
        var pause = FirstPause;
        for (var attempt = 1; ; attempt++)
        {
            if (await TrySendAsync(method, path, body, doing, attempt == Attempts, cancel) is { } parts)
            {
                return parts;
            }

            await Task.Delay(pause * (0.5 + (RandomNumberGenerator.GetInt32(1000) / 1000.0)), _time, cancel);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    /// <returns>Null when it is too busy.</returns>
    private async Task<IReadOnlyList<XmlPart>?> TrySendAsync(
        HttpMethod method, string path, byte[]? body, string doing, bool isLast, CancellationToken cancel)
    {
        var request = new ProviderRequest(method, new Uri(_base + path)) { Body = body, ContentType = "application/xml" };
        var signed = request with { Headers = AwsSignature.Sign(_credentials, _region, "route53", request, _time.GetUtcNow()) };
        var response = await _http.SendAsync(signed, cancel);
        try
        {
            var parts = ProviderXml.Parse(response.Body);
            return response.IsSuccess ? parts
                : !isLast && Busy.Contains(parts.FirstOrDefault(part => part.Name == "Code")?.Text) ? null
                : throw _http.Refusal(
                    response.Status is 401 or 403, doing, parts.FirstOrDefault(part => part.Name == "Message")?.Text ?? $"HTTP status {response.Status}");
        }
        catch (XmlException)
        {
            throw _http.Refusal(response, doing);
        }
    }

    private static string Batch(string action, string name, int ttl, IReadOnlyList<string> values)
    {
        var records = string.Concat(values.Select(value =>
            $"<ResourceRecord><Value>{SecurityElement.Escape(value)}</Value></ResourceRecord>"));
        return $"""
            <?xml version="1.0" encoding="UTF-8"?>
            <ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/{Version}/"><ChangeBatch><Comment>ACME challenge</Comment><Changes><Change><Action>{action}</Action><ResourceRecordSet><Name>{SecurityElement.Escape(name)}.</Name><Type>TXT</Type><TTL>{ttl}</TTL><ResourceRecords>{records}</ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>
            """;
    }

    // Route 53 writes ids as /hostedzone/Z1 and /change/C1.
    private static string IdOf(string text) => text[(text.LastIndexOf('/') + 1)..];

    private static bool IsName(string? written, string name) =>
        string.Equals(written?.TrimEnd('.'), name, StringComparison.OrdinalIgnoreCase);
}
