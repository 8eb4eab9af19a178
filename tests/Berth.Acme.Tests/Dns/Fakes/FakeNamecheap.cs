using System.Collections.Specialized;
using System.Globalization;
using System.Web;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://www.namecheap.com/support/api/methods/domains-dns/: setHosts replaces every record of the domain.</summary>
internal sealed class FakeNamecheap : FakeProvider
{
    private static readonly XNamespace Ns = "http://api.namecheap.com/xml.response";

    /// <summary>What else is in the domain, and must come through every change unharmed.</summary>
    internal List<(string Name, string Type, string Address, string Preference, string Ttl)> Others { get; private set; } =
    [
        ("@", "A", "192.0.2.1", "10", "1799"), ("@", "MX", "mail.example.test.", "5", "1800"),
        ("www", "CNAME", "example.test.", "10", "60"), ("text", "TXT", "a \"quoted\" <&> value", "10", "1800"),
    ];

    internal string EmailType { get; private set; } = "MX";

    internal override string Code => "namecheap";

    internal override Dictionary<string, string> Settings => new() { ["NAMECHEAP_API_USER"] = "me", ["NAMECHEAP_API_KEY"] = "nc-key-123" };

    internal override string SecretSetting => "NAMECHEAP_API_KEY";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        if (path == "dynamicdns.park-your-domain.com/getip")
        {
            return new FakeAnswer(200, "198.51.100.7", "text/plain");
        }

        var fields = HttpUtility.ParseQueryString(body);
        Assert.Equal("198.51.100.7", fields["ClientIp"]);
        if (fields["ApiKey"] != "nc-key-123" || fields["ApiUser"] != "me" || fields["UserName"] != "me")
        {
            return Failure("1011102", $"API Key is invalid or API access has not been enabled {fields["ApiKey"]}");
        }

        if (fields["SLD"] != "example" || fields["TLD"] != "test")
        {
            return Failure("2019166", "Domain not found");
        }

        return fields["Command"] == "namecheap.domains.dns.getHosts" ? Hosts() : SetHosts(fields);
    }

    private FakeAnswer Hosts()
    {
        var texts = Records.SelectMany(set => set.Value.Select(value => (
            Name: set.Key == Zone ? "@" : set.Key[..^(Zone.Length + 1)], Type: "TXT", Address: value, Preference: "10", Ttl: "1799")));
        return Answer("getHosts", new XElement(Ns + "DomainDNSGetHostsResult",
            new XAttribute("Domain", Zone), new XAttribute("EmailType", EmailType), new XAttribute("IsUsingOurDNS", "true"),
            Others.Concat(texts).Select((host, i) => new XElement(Ns + "host",
                new XAttribute("HostId", i), new XAttribute("Name", host.Name), new XAttribute("Type", host.Type),
                new XAttribute("Address", host.Address), new XAttribute("MXPref", host.Preference), new XAttribute("TTL", host.Ttl)))));
    }

    private FakeAnswer SetHosts(NameValueCollection fields)
    {
        EmailType = fields["EmailType"]!;
        List<(string Name, string Type, string Address, string Preference, string Ttl)> hosts = [];
        for (var i = 1; fields["HostName" + i.ToString(CultureInfo.InvariantCulture)] is { } name; i++)
        {
            hosts.Add((name, fields[$"RecordType{i}"]!, fields[$"Address{i}"]!, fields[$"MXPref{i}"]!, fields[$"TTL{i}"]!));
        }

        bool IsChallenge((string Name, string Type, string, string, string) host) => host is { Type: "TXT", Name: not "text" };
        Others = [.. hosts.Where(host => !IsChallenge(host))];
        Records.Clear();
        foreach (var host in hosts.Where(IsChallenge))
        {
            At(NameOf(host.Name)).Add(host.Address);
        }

        return Answer("setHosts", new XElement(Ns + "DomainDNSSetHostsResult", new XAttribute("IsSuccess", "true")));
    }

    private static FakeAnswer Answer(string command, XElement result) => new(
        200,
        new XElement(Ns + "ApiResponse", new XAttribute("Status", "OK"), new XElement(Ns + "Errors"),
            new XElement(Ns + "CommandResponse", new XAttribute("Type", "namecheap.domains.dns." + command), result)).ToString(),
        "text/xml");

    private static FakeAnswer Failure(string number, string text) => new(
        200,
        new XElement(Ns + "ApiResponse", new XAttribute("Status", "ERROR"),
            new XElement(Ns + "Errors", new XElement(Ns + "Error", new XAttribute("Number", number), text))).ToString(),
        "text/xml");
}
