using System.Collections.Concurrent;
using System.Xml.Linq;
using Berth.Acme.Dns;
using Berth.Acme.Dns.Providers;
using Microsoft.AspNetCore.Http;

namespace Berth.Acme.Tests.Dns.Fakes;

/// <summary>https://docs.aws.amazon.com/Route53/latest/APIReference/; changes are PENDING first.</summary>
internal sealed class FakeRoute53 : FakeProvider
{
    private static readonly XNamespace Ns = "https://route53.amazonaws.com/doc/2013-04-01/";
    private readonly ConcurrentQueue<string> _refusals = new();
    private int _polls;

    /// <summary>Refuses the next request, with this code.</summary>
    internal void Refuse(string code) => _refusals.Enqueue(code);

    internal override string Code => "route53";

    internal override Dictionary<string, string> Settings => new()
    {
        ["AWS_ACCESS_KEY_ID"] = "AKIDEXAMPLE",
        ["AWS_SECRET_ACCESS_KEY"] = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        ["AWS_POLLING_INTERVAL"] = "1",
    };

    internal override string SecretSetting => "AWS_SECRET_ACCESS_KEY";

    protected override FakeAnswer Answer(string path, HttpRequest request, string body)
    {
        const string Base = "route53.amazonaws.com/2013-04-01/";
        if (!IsSigned(path, request, body))
        {
            return Failure(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided.");
        }

        if (_refusals.TryDequeue(out var refusal))
        {
            return Failure(400, refusal, "Rate exceeded");
        }

        switch (request.Method, path)
        {
            case ("GET", Base + "hostedzonesbyname"):
                // Sorted by name: the list goes on with whatever follows.
                return Xml("ListHostedZonesByNameResponse", new XElement(Ns + "HostedZones",
                    request.Query["dnsname"] == Zone + "." ? HostedZone("Z0", Zone + ".", true) : null,
                    request.Query["dnsname"] == Zone + "." ? HostedZone("Z1", Zone + ".", false) : null,
                    HostedZone("Z2", "zzz.test.", false)));
            case ("GET", Base + "hostedzone/Z1/rrset"):
                return Xml("ListResourceRecordSetsResponse", new XElement(Ns + "ResourceRecordSets", SetFrom(request.Query["name"].ToString().TrimEnd('.'))));
            case ("POST", Base + "hostedzone/Z1/rrset/"):
                return Change(XDocument.Parse(body));
            case ("GET", Base + "change/C1"):
                return Xml("GetChangeResponse", new XElement(Ns + "ChangeInfo", new XElement(Ns + "Id", "/change/C1"), new XElement(Ns + "Status", ++_polls % 2 == 0 ? "INSYNC" : "PENDING")));
            default:
                return Failure(404, "NoSuchHostedZone", "No hosted zone found");
        }
    }

    private FakeAnswer Change(XDocument document)
    {
        var change = document.Descendants(Ns + "Change").Single();
        var name = change.Descendants(Ns + "Name").Single().Value.TrimEnd('.');
        var values = change.Descendants(Ns + "Value").Select(value => Unquote(value.Value)).ToList();
        if (change.Element(Ns + "Action")!.Value == "DELETE")
        {
            if (!values.SequenceEqual(ValuesAt(name)) || change.Descendants(Ns + "TTL").Single().Value != "300")
            {
                return Failure(400, "InvalidChangeBatch", "the values provided do not match the current values");
            }

            values = [];
        }

        Set(name, values);
        return Xml("ChangeResourceRecordSetsResponse", new XElement(Ns + "ChangeInfo", new XElement(Ns + "Id", "/change/C1"), new XElement(Ns + "Status", "PENDING")));
    }

    private XElement SetFrom(string name)
    {
        var values = ValuesAt(name);
        return values.Count == 0
            ? Set("zzz." + Zone, "A", ["192.0.2.1"])
            : Set(name, "TXT", values.Select(value => $"\"{value}\""));
    }

    private static XElement Set(string name, string type, IEnumerable<string> values) => new(Ns + "ResourceRecordSet",
        new XElement(Ns + "Name", name + "."), new XElement(Ns + "Type", type), new XElement(Ns + "TTL", 300),
        new XElement(Ns + "ResourceRecords", values.Select(value => new XElement(Ns + "ResourceRecord", new XElement(Ns + "Value", value)))));

    private static XElement HostedZone(string id, string name, bool isPrivate) => new(Ns + "HostedZone",
        new XElement(Ns + "Id", "/hostedzone/" + id), new XElement(Ns + "Name", name),
        new XElement(Ns + "Config", new XElement(Ns + "PrivateZone", isPrivate ? "true" : "false")));

    private static FakeAnswer Xml(string root, params object?[] content) => new(200, new XElement(Ns + root, content).ToString(), "text/xml");

    private static FakeAnswer Failure(int status, string code, string message) => new(
        status, new XElement(Ns + "ErrorResponse", new XElement(Ns + "Error", new XElement(Ns + "Code", code), new XElement(Ns + "Message", message))).ToString(), "text/xml");

    // The signing itself is held to Amazon's published example elsewhere; here that it covers what was sent.
    private static bool IsSigned(string path, HttpRequest request, string body)
    {
        var now = DateTimeOffset.ParseExact(request.Headers["x-amz-date"].ToString(), "yyyyMMdd'T'HHmmss'Z'", null, System.Globalization.DateTimeStyles.AssumeUniversal);
        var expected = AwsSignature.Sign(
            new AwsCredentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", null), "us-east-1", "route53",
            new ProviderRequest(new HttpMethod(request.Method), new Uri($"https://{path}{request.QueryString}"))
            {
                Body = body.Length == 0 ? null : System.Text.Encoding.UTF8.GetBytes(body),
            },
            now);
        return request.Headers.Authorization == expected.Last().Value && (TimeProvider.System.GetUtcNow() - now).Duration() < TimeSpan.FromMinutes(5);
    }
}
