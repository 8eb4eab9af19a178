using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Berth.Edge;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>
/// Whether an authority that comes to port 80 of a name meets this server, or where that is closed to port 443, as an order would go on. Only what
/// is found from here: a router may keep its own network from coming back by its public address, and then nothing can be told. What is asked for
/// may be an address, too.
/// </summary>
internal sealed class ReachCheck(EdgeServer edge, int port, int tlsPort, IReadOnlySet<IPAddress> own)
{
    private const string Check = "http";
    private const string TlsCheck = "tls";
    private const int MostAddresses = 8;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <param name="name">A host name, or an address as text.</param>
    /// <param name="addresses">Where it leads.</param>
    /// <param name="tlsFirst">Whether an order would try TLS-ALPN-01 before HTTP-01.</param>
    /// <param name="cancel">Ends the look.</param>
    internal async Task<IReadOnlyList<PreflightFinding>> LookAsync(string name, IReadOnlyList<IPAddress> addresses, bool tlsFirst, CancellationToken cancel)
    {
        IPAddress[] asked = [.. addresses.Take(MostAddresses)];
        var visit = new TokenVisit(edge, port, tlsPort, Patience);
        var visits = await Task.WhenAll(asked.Select(address =>
            visit.AskAsync(HostOf(name), address, "berth-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)), cancel)));
        PreflightFinding[] overHttp = [.. visits.Select(found => Judge(name, found))];
        if (!tlsFirst && !MayGoOn(overHttp, visits))
        {
            return overHttp;
        }

        var alpn = new AlpnVisit(edge, tlsPort, Patience);
        return OfBoth(name, overHttp, await Task.WhenAll(asked.Select(address => alpn.AskAsync(name, address, cancel))), tlsFirst);
    }

    // Only where nobody answered: a wrong answer is a proof that failed, and no order goes on at once after that.
    private static bool MayGoOn(IEnumerable<PreflightFinding> findings, IEnumerable<Visit> visits) =>
        findings.Any(finding => finding.Level == PreflightLevel.Problem)
        && findings.Zip(visits).All(found => found.First.Level != PreflightLevel.Problem || found.Second.Outcome != VisitOutcome.AnotherServer);

    /// <summary>What keeps one challenge from coming through is no problem where an order goes on with the other.</summary>
    internal IReadOnlyList<PreflightFinding> OfBoth(
        string name, IReadOnlyList<PreflightFinding> overHttp, IReadOnlyList<Visit> alpn, bool tlsFirst)
    {
        PreflightFinding[] overTls = [.. alpn.Select(visit => JudgeTls(name, visit))];
        var tlsHelps = alpn.All(visit => visit.Outcome == VisitOutcome.ThisServer);
        var httpHelps = overHttp.All(finding => finding.Level == PreflightLevel.Ok) && alpn.All(visit => visit.Outcome != VisitOutcome.AnotherServer);
        return tlsHelps ? [.. overTls, .. overHttp.Select(finding => Lowered(finding, "TLS-ALPN-01"))]
            : tlsFirst && httpHelps ? [.. overHttp, .. overTls.Select(finding => Lowered(finding, "HTTP-01"))]
            : tlsFirst ? [.. overTls, .. overHttp]
            : [.. overHttp, .. overTls.Select(finding => Lowered(finding, null))];
    }

    private static PreflightFinding Lowered(PreflightFinding finding, string? other) => finding.Level != PreflightLevel.Problem
        ? finding
        : finding with { Level = PreflightLevel.Note, Found = other is null ? finding.Found : $"{finding.Found}; {other} proves {finding.Subject} instead" };

    internal PreflightFinding JudgeTls(string name, Visit visit) => visit.Outcome == VisitOutcome.ThisServer
        ? PreflightFinding.Ok(name, TlsCheck, $"port {tlsPort} of {visit.Address} is this server, for TLS-ALPN-01")
        : PreflightFinding.Bad(
            name,
            TlsCheck,
            visit.Outcome == VisitOutcome.AnotherServer
                ? $"another server answers at {visit.Address}, port {tlsPort}, to TLS-ALPN-01 ({visit.Said})"
                : $"nobody answers at port {tlsPort} of {visit.Address} to TLS-ALPN-01 ({visit.Said})",
            $"Let port {tlsPort} of {visit.Address} lead to this server's edge, with TLS passed on as it is; it would do in the place of port {port}.");

    internal PreflightFinding Judge(string name, Visit visit) => visit switch
    {
        { Outcome: VisitOutcome.ThisServer, InFront: { } network } => PreflightFinding.Note(
            name, Check, $"{network} stands in front of {name} and passes the server's question on to this server", null),
        { Outcome: VisitOutcome.ThisServer } => PreflightFinding.Ok(name, Check, $"port {Port} of {visit.Address} is this server"),
        { InFront: { } network } => PreflightFinding.Bad(
            name,
            Check,
            $"{network} stands in front of {name} and does not pass the server's question on to this server ({visit.Said})",
            $"Let it pass /.well-known/acme-challenge/ on over plain HTTP to port {Port} of this server, or {(IsAddress(name) ? $"use an address of this server instead ({Own()})" : "prove the name over DNS: `berth letsencrypt:set --global dns-provider NAME`")}."),
        { Outcome: VisitOutcome.AnotherServer } => PreflightFinding.Bad(
            name,
            Check,
            $"another server answers at {visit.Address}, port {Port} ({visit.Said})",
            $"{Here(name)}, or forward port {Port} of that machine to it."),
        _ when own.Contains(visit.Address) => PreflightFinding.Bad(
            name,
            Check,
            $"nobody answers at port {Port} of {visit.Address}, which is this machine ({visit.Said})",
            $"Let the edge listen there (`berth serve --stop`, then `berth serve --http-port {Port}`), and open the port in the firewall."),
        _ when visit.Address.AddressFamily == AddressFamily.InterNetworkV6 && !Addresses.HasPublic(own, AddressFamily.InterNetworkV6)
            => PreflightFinding.Bad(
                name,
                Check,
                $"{(IsAddress(name) ? $"{name} is an IPv6 address" : $"{name} has the IPv6 address {visit.Address}")}, and this machine has none that the internet can reach",
                IsAddress(name)
                    ? "Give this machine that address, or take it off the app: `berth domains:remove`."
                    : "Remove the AAAA record, or give this machine that address: servers try IPv6 first."),
        _ when Addresses.HasPublic(own, visit.Address.AddressFamily) => PreflightFinding.Bad(
            name,
            Check,
            $"nobody answers at port {Port} of {visit.Address}, which is not this machine ({visit.Said})",
            $"{Here(name)}, unless that machine passes port {Port} on to it."),
        _ => PreflightFinding.Note(
            name,
            Check,
            $"whether port {Port} of {visit.Address} leads here cannot be told from here ({visit.Said}): many routers do not let their own network in by their public address",
            $"Try it from elsewhere: `curl -i http://{HostOf(name)}{(port == 80 ? "" : $":{Port}")}/.well-known/acme-challenge/test`. Any answer of this server or of the app is good, a 404 too."),
    };

    private string Port => port.ToString(CultureInfo.InvariantCulture);

    private string Here(string name) => IsAddress(name) ? $"Use an address of this server instead ({Own()})" : $"Point {name} at this server ({Own()})";

    private string Own()
    {
        var outside = own.Where(address => !SpecialAddress.IsNotPublic(address)).ToArray();
        return outside.Length > 0 ? string.Join(", ", outside.Take(4).Select(address => address.ToString())) : "the address its router has";
    }

    private static string HostOf(string name) => name.Contains(':', StringComparison.Ordinal) ? $"[{name}]" : name;

    // No DNS leads to an address, and none can prove it.
    private static bool IsAddress(string name) => IPAddress.TryParse(name, out _);
}
