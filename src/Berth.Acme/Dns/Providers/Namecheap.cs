using System.Globalization;
using System.Xml;

namespace Berth.Acme.Dns.Providers;

/// <summary>
/// Namecheap (https://www.namecheap.com/support/api/methods/domains-dns/set-hosts/). Its API only knows all records of a domain
/// together: they are read, and written back with one more or less, untouched otherwise. Changes of a domain come one at a time.
/// </summary>
internal sealed class Namecheap : IDnsProvider
{
    private readonly ProviderHttp _http;
    private readonly Uri _url;
    private readonly string _user;
    private readonly string _key;
    private readonly string? _clientIp;
    private readonly int _ttl;
    private readonly NameGates _gates = new();

    internal Namecheap(DnsSettings settings, HttpClient http, TimeProvider time)
    {
        _http = new ProviderHttp("Namecheap", settings, http, time, TimeSpan.FromSeconds(settings.Number("NAMECHEAP_HTTP_TIMEOUT", 60, 1, 600)));
        _url = new Uri(settings.Flag("NAMECHEAP_SANDBOX")
            ? "https://api.sandbox.namecheap.com/xml.response"
            : "https://api.namecheap.com/xml.response");
        _user = settings.Require("NAMECHEAP_API_USER");
        _key = settings.RequireSecret("NAMECHEAP_API_KEY");
        _clientIp = settings.Find("NAMECHEAP_CLIENT_IP");
        Patience = settings.Patience("NAMECHEAP", 3600, 15);
        _ttl = settings.Ttl("NAMECHEAP", 120, 60);
    }

    public string Code => "namecheap";

    public DnsPatience Patience { get; }

    string IDnsProvider.TurnOf(DnsChange change) => $"namecheap {change.Zone}";

    public ValueTask AddAsync(DnsChange change, CancellationToken cancel) => ChangeAsync(
        change,
        hosts => hosts.Exists(host => IsOurs(host, change))
            ? null
            : [.. hosts, new NamecheapHost(LabelOf(change), "TXT", change.Value, "10", _ttl.ToString(CultureInfo.InvariantCulture), null, null)],
        cancel);

    public ValueTask RemoveAsync(DnsChange change, CancellationToken cancel) => ChangeAsync(
        change,
        hosts => hosts.Exists(host => IsOurs(host, change)) ? hosts.FindAll(host => !IsOurs(host, change)) : null,
        cancel);

    private async ValueTask ChangeAsync(
        DnsChange change, Func<List<NamecheapHost>, List<NamecheapHost>?> next, CancellationToken cancel) => await _gates.RunAsync(
        change.Zone,
        async () =>
        {
            var (domain, ip) = (SplitOf(change.Zone), await ClientIpAsync(cancel));
            var parts = await SendAsync("getHosts", domain, ip, [], "to read the records", cancel);
            var result = parts.FirstOrDefault(part => part.Name == "DomainDNSGetHostsResult");
            if (result is null || !result.Attributes.TryGetValue("IsUsingOurDNS", out var ours) || ours != "true")
            {
                throw _http.NotManaged(change.Zone);
            }

            var hosts = parts.Where(part => part.Name is "host" or "Host").Select(NamecheapHost.Of).ToList();
            if (next(hosts) is { } wanted)
            {
                var fields = wanted.SelectMany((host, i) => host.Fields(i + 1)).Append(("EmailType", result.Attributes.GetValueOrDefault("EmailType") ?? "NONE"));
                await SendAsync("setHosts", domain, ip, fields, $"to change {change.Name}", cancel);
            }

            return true;
        },
        cancel);

    private async Task<IReadOnlyList<XmlPart>> SendAsync(
        string command,
        (string Name, string Suffix) domain,
        string ip,
        IEnumerable<(string, string)> fields,
        string doing,
        CancellationToken cancel)
    {
        var request = new ProviderRequest(HttpMethod.Post, _url).WithForm(
        [
            ("ApiUser", _user), ("ApiKey", _key), ("UserName", _user), ("ClientIp", ip),
            ("Command", "namecheap.domains.dns." + command), ("SLD", domain.Name), ("TLD", domain.Suffix), .. fields,
        ]);
        var response = await _http.SendAsync(request, cancel);
        try
        {
            var parts = ProviderXml.Parse(_http.Require(response, doing).Body);
            if (parts.FirstOrDefault(part => part.Name == "ApiResponse")?.Attributes.GetValueOrDefault("Status") == "OK")
            {
                return parts;
            }

            var error = parts.FirstOrDefault(part => part.Name == "Error");
            var isCredentials = error?.Attributes.GetValueOrDefault("Number") is { } number && number.StartsWith("101", StringComparison.Ordinal);
            throw _http.Refusal(isCredentials, doing, error?.Text ?? "it gave no reason");
        }
        catch (XmlException)
        {
            throw _http.Refusal(response, doing);
        }
    }

    // Namecheap wants to be told the address that is on its list of allowed ones.
    private async Task<string> ClientIpAsync(CancellationToken cancel)
    {
        if (_clientIp is not null)
        {
            return _clientIp;
        }

        var request = new ProviderRequest(HttpMethod.Get, new Uri("https://dynamicdns.park-your-domain.com/getip"));
        const string Doing = "to tell this machine's address";
        var text = _http.Require(await _http.SendAsync(request, cancel), Doing).Text.Trim();
        return System.Net.IPAddress.TryParse(text, out var address) ? address.ToString() : throw _http.Refusal(false, Doing, "it gave none");
    }

    private static (string Name, string Suffix) SplitOf(string zone) =>
        zone.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? (zone[..dot], zone[(dot + 1)..]) : (zone, "");

    private static bool IsOurs(NamecheapHost host, DnsChange change) =>
        host.Type == "TXT" && host.Name == LabelOf(change) && TxtText.IsSame(host.Address, change.Value);

    private static string LabelOf(DnsChange change) => change.Label.Length == 0 ? "@" : change.Label;
}

/// <summary>One record, with all that has to be written back.</summary>
internal sealed record NamecheapHost(
    string Name, string Type, string Address, string? Preference, string? Ttl, string? Flag, string? Tag)
{
    internal static NamecheapHost Of(XmlPart part)
    {
        string? Find(string name) => part.Attributes.GetValueOrDefault(name);
        return new NamecheapHost(
            Find("Name") ?? "@", Find("Type") ?? "", Find("Address") ?? "", Find("MXPref"), Find("TTL"), Find("Flag"), Find("Tag"));
    }

    internal IEnumerable<(string, string)> Fields(int number)
    {
        var i = number.ToString(CultureInfo.InvariantCulture);
        yield return ("HostName" + i, Name);
        yield return ("RecordType" + i, Type);
        yield return ("Address" + i, Address);
        foreach (var (name, value) in ((string, string?)[])[("MXPref", Preference), ("TTL", Ttl), ("Flag", Flag), ("Tag", Tag)])
        {
            if (value is not null)
            {
                yield return (name + i, value);
            }
        }
    }
}
