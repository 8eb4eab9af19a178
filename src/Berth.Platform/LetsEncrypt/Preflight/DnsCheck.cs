using System.Net;
using Berth.Acme.Looking;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>What DNS says about a name, as an authority will read it.</summary>
/// <param name="look">Asks it.</param>
/// <param name="decides">Whether the authority sees the same, so that what is wrong is certain to be refused.</param>
/// <param name="isPublic">Whether the authority comes from the internet.</param>
/// <param name="isLocalView">Whether this machine's own resolvers are asked, which may know of names what nobody else does: its own, or those of its network.</param>
internal sealed class DnsCheck(NameLook look, bool decides, bool isPublic, bool isLocalView)
{
    private const string Dns = "dns";
    private const string Delegation = "delegation";
    private const string Caa = "caa";

    /// <summary>Where a name leads; findings and the addresses that are worth a visit.</summary>
    internal async Task<(IReadOnlyList<PreflightFinding> Findings, IReadOnlyList<IPAddress> Addresses)> AddressesAsync(
        DomainName name, CancellationToken cancel)
    {
        if (name.IsLocalhost)
        {
            return ([], [IPAddress.Loopback]);
        }

        var found = await look.AddressesAsync(name.Text, cancel);
        var finding = Judge(name.Text, found);
        return finding.Stops && isLocalView ? await PublishedAsync(name.Text, finding, found, cancel) : ([finding], found.Addresses);
    }

    private async Task<(IReadOnlyList<PreflightFinding> Findings, IReadOnlyList<IPAddress> Addresses)> PublishedAsync(
        string name, PreflightFinding local, AddressLook found, CancellationToken cancel)
    {
        var published = await look.PublishedAddressesAsync(name, cancel);
        return published.Outcome is LookOutcome.Found or LookOutcome.NoSuchName or LookOutcome.NoRecords
            ? ([Doubted(Judge(name, published))], published.Addresses)
            : ([Doubted(local with { Stops = false, Found = $"{local.Found}, as this machine's resolver tells" })], found.Addresses);
    }

    private static PreflightFinding Doubted(PreflightFinding finding) => finding.Level != PreflightLevel.Problem ? finding : finding with
    {
        Remedy = $"{finding.Remedy} Where the internet is told something else, name a resolver that sees that: `berth letsencrypt:set --global dns-resolvers 1.1.1.1`.",
    };

    private PreflightFinding Judge(string name, AddressLook found) => found.Outcome switch
    {
        LookOutcome.Found => JudgeAddresses(name, found.Addresses),
        LookOutcome.NoSuchName => PreflightFinding.Bad(
            name, Dns, $"{name} does not exist in DNS (NXDOMAIN)", $"Create an A record for {name} with the address of this server.", decides),
        LookOutcome.NoRecords => PreflightFinding.Bad(
            name, Dns, $"{name} has no address in DNS: neither A nor AAAA", $"Create an A record for {name} with the address of this server.", decides),
        LookOutcome.ServerFailure => PreflightFinding.Bad(
            name,
            Dns,
            $"DNS could not find out about {name} (SERVFAIL)",
            "Check that the zone's name servers answer and that its DNSSEC signatures and DS record fit: dnsviz.net draws both."),
        _ => Unknown(name, Dns, $"the addresses of {name}"),
    };

    private PreflightFinding JudgeAddresses(string name, IReadOnlyList<IPAddress> addresses)
    {
        var shown = string.Join(", ", addresses.Select(address => address.ToString()));
        var inside = addresses.Where(SpecialAddress.IsNotPublic).ToArray();
        return inside.Length == 0 || !isPublic
            ? PreflightFinding.Ok(name, Dns, $"{name} leads to {shown}")
            : PreflightFinding.Bad(
                name,
                Dns,
                $"{name} leads to {string.Join(", ", inside.Select(address => address.ToString()))}, which nobody on the internet can reach",
                "Give the A and AAAA records public addresses, or prove the name over DNS: `berth letsencrypt:set --global dns-provider NAME`.",
                stops: inside.Length == addresses.Count);
    }

    /// <summary>Whether the name servers of a name's zone answer; null where its zone could not be found.</summary>
    internal async Task<PreflightFinding?> DelegationAsync(DomainName name, CancellationToken cancel)
    {
        var (zone, servers) = await look.ZoneAsync(name.Base.Text, cancel);
        var silent = servers.Where(server => !server.Answers).Select(server => Printable.Of(server.Host)).ToArray();
        return zone is null ? null
            : servers.Count == 0 ? Unknown(name.Text, Delegation, $"the name servers of {zone}")
            : silent.Length == 0 ? PreflightFinding.Ok(name.Text, Delegation, servers.Count == 1 ? $"the name server of {zone} answers" : $"all {servers.Count} name servers of {zone} answer")
            : silent.Length == servers.Count ? PreflightFinding.Note(
                name.Text, Delegation, $"no name server of {zone} answers from here ({string.Join(", ", silent)})", "Check the delegation at the domain's registrar, and that this machine may send to port 53.")
            : PreflightFinding.Bad(
                name.Text, Delegation, $"name servers of {zone} do not answer: {string.Join(", ", silent)}", "Mend them, or take them out of the delegation: an authority asks any of them.");
    }

    /// <summary>Whether there is the record that a person makes. What it is to say is known once the server has been asked, and so is whether it takes it.</summary>
    internal async Task<PreflightFinding> RecordByHandAsync(DomainName name, CancellationToken cancel)
    {
        var at = $"{PersistentRecord.Label}.{name.Base.Text}";
        var found = await look.TextsAsync(at, cancel);
        return found.Outcome switch
        {
            LookOutcome.Found when found.Values.Count > 0 => PreflightFinding.Ok(name.Text, Dns, $"there is a TXT record at {at}"),
            LookOutcome.Found or LookOutcome.NoRecords or LookOutcome.NoSuchName => name.IsWildcard
                ? PreflightFinding.Bad(name.Text, Dns, $"there is no TXT record at {at}, and the name is proved by nothing else", WhichRecord)
                : PreflightFinding.Note(name.Text, Dns, $"there is no TXT record at {at}, which a server that takes dns-persist-01 will look for", WhichRecord),
            _ => Unknown(name.Text, Dns, $"the TXT records at {at}"),
        };
    }

    private const string WhichRecord = "It is made by hand; an order that does not find it says what it is to say.";

    /// <summary>Whether CAA records let the server issue.</summary>
    internal async Task<PreflightFinding?> CaaAsync(DomainName name, CaaPolicy policy, CancellationToken cancel)
    {
        if (name.IsLocalhost || policy.Identities.Count == 0)
        {
            return null;
        }

        var found = await look.CaaAsync(name.Base.Text, cancel);
        var finding = Judge(name, policy, found);
        return finding.Stops && isLocalView && Judge(name, policy, await look.PublishedCaaAsync(found.At, cancel)) is { Stops: false }
            ? Doubted(finding with { Stops = false, Found = $"{finding.Found}, as this machine's resolver tells" })
            : finding;
    }

    private PreflightFinding Judge(DomainName name, CaaPolicy policy, CaaLook found) => found.Outcome switch
    {
        LookOutcome.NoRecords => PreflightFinding.Ok(name.Text, Caa, $"no CAA record limits who may issue for {name}"),
        LookOutcome.Found when policy.Refusal(found.Properties, name.IsWildcard) is { } reason => PreflightFinding.Bad(
            name.Text,
            Caa,
            $"the CAA records at {found.At} {Printable.Of(reason, 400)}",
            $"Add one for it: {found.At}. CAA 0 {(name.IsWildcard ? "issuewild" : "issue")} \"{policy.Identities[0]}\"",
            decides),
        LookOutcome.Found => PreflightFinding.Ok(name.Text, Caa, $"the CAA records at {found.At} permit {string.Join(" or ", policy.Identities)}"),
        LookOutcome.ServerFailure => PreflightFinding.Bad(
            name.Text,
            Caa,
            $"the CAA records at {found.At} cannot be read (SERVFAIL), and an authority then refuses",
            "Some older name servers fail on questions they do not know: have them answered with no record, and check DNSSEC."),
        _ => Unknown(name.Text, Caa, $"the CAA records of {name}"),
    };

    internal static PreflightFinding UnknownZone(DomainName name, bool isNeeded) => !isNeeded ? Unknown(name.Text, Delegation, $"the zone of {name}") : PreflightFinding.Bad(
        name.Text,
        Delegation,
        $"the zone of {name} could not be found out, and its DNS provider can change none that this machine does not find",
        "See /etc/resolv.conf, or name resolvers that know the zone: `berth letsencrypt:set --global dns-resolvers 1.1.1.1`.");

    private static PreflightFinding Unknown(string name, string check, string what) => PreflightFinding.Note(
        name, check, $"{what} could not be found out: no resolver answers that from here", "See /etc/resolv.conf, or dns-resolvers where that is set; the server asks resolvers of its own.");
}
