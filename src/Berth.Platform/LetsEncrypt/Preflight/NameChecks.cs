using System.Net;
using Berth.Acme.Looking;
using Berth.Acme.Protocol;
using Berth.Edge;
using Berth.Kernel;

namespace Berth.Platform.LetsEncrypt.Preflight;

/// <summary>The checks of one name or address, in the order in which an authority would stumble.</summary>
internal sealed class NameChecks
{
    private readonly PreflightScope _scope;
    private readonly DnsCheck _dns;
    private readonly ReachCheck _reach;
    private readonly CaaPolicy _policy;

    internal NameChecks(PreflightScope scope, ServerView server, EdgeServer edge, IReadOnlySet<IPAddress> own)
    {
        _scope = scope;
        _dns = new DnsCheck(new NameLook(scope.Resolvers, scope.AuthoritativePort), scope.DnsDecides, scope.IsPublic, isLocalView: scope.Resolvers.Count == 0);
        _reach = new ReachCheck(edge, scope.HttpPort, scope.TlsPort, own);
        _policy = new CaaPolicy { Identities = server.CaaIdentities, AccountUrl = server.AccountUrl, Methods = scope.Methods };
    }

    internal async Task<IReadOnlyList<PreflightFinding>> OfNameAsync(DomainName name, CancellationToken cancel)
    {
        var caa = _dns.CaaAsync(name, Policy(name), cancel);
        var place = IsByDns(_scope, name) ? OfZoneAsync(name, cancel) : OfHostOrZoneAsync(name, cancel);
        return [.. await place, .. await caa is { } finding ? [finding] : (PreflightFinding[])[]];
    }

    internal async Task<IReadOnlyList<PreflightFinding>> OfAddressAsync(IPAddress address, CancellationToken cancel)
    {
        var text = address.ToString();
        return _scope.IsPublic && SpecialAddress.IsNotPublic(address)
            ? [PreflightFinding.Bad(text, "address", $"nobody on the internet can reach {text}", "Use the public address, or Berth's own authority: `berth letsencrypt:set --global server berth`.", stops: true)]
            : await _reach.LookAsync(text, [address], OverTlsFirst(text), cancel);
    }

    /// <summary>What shows of the DNS provider without asking anybody; null where nothing does. A wildcard can be proved by nothing else.</summary>
    internal static PreflightFinding? OfProvider(PreflightScope scope, DomainName name) =>
        scope.Provider is { } problem ? PreflightFinding.Bad(name.Text, "dns", problem.Found, problem.Remedy, stops: name.IsWildcard) : null;

    private async Task<IReadOnlyList<PreflightFinding>> OfZoneAsync(DomainName name, CancellationToken cancel) =>
        [.. OfProvider(_scope, name) is { } problem ? [problem] : (PreflightFinding[])[],
            (name.IsLocalhost ? null : await _dns.DelegationAsync(name, cancel)) ?? DnsCheck.UnknownZone(name, _scope.NeedsZone),
            .. _scope.MakesRecordsByHand ? [await _dns.RecordByHandAsync(name, cancel)] : (PreflightFinding[])[]];

    // Records prove a name that leads nowhere, too: that they failed the last time is no reason to try what cannot work.
    private async Task<IReadOnlyList<PreflightFinding>> OfHostOrZoneAsync(DomainName name, CancellationToken cancel)
    {
        var host = await OfHostAsync(name, cancel);
        if (_scope.Provider is { } provider)
        {
            // What proves it in its place may fail, too.
            host = [PreflightFinding.Note(name.Text, "dns", $"not proved over DNS at present: {provider.Found}", provider.Remedy), .. host];
        }

        return host.FirstOrDefault(finding => finding.Stops) is { } stop && _scope.MethodsByName(name.Text).Any(ChallengeType.IsDns)
            ? [PreflightFinding.Note(name.Text, stop.Check, $"{stop.Found}: it is proved over DNS alone") with { LeavesDns = true }, .. await OfZoneAsync(name, cancel)]
            : host;
    }

    private async Task<IReadOnlyList<PreflightFinding>> OfHostAsync(DomainName name, CancellationToken cancel)
    {
        var delegation = name.IsLocalhost ? Task.FromResult<PreflightFinding?>(null) : _dns.DelegationAsync(name, cancel);
        var (findings, addresses) = await _dns.AddressesAsync(name, cancel);
        var reach = addresses.Count > 0 && !findings.Any(finding => finding.Stops) ? await _reach.LookAsync(name.Text, addresses, OverTlsFirst(name.Text), cancel) : [];

        // Where DNS has told of the name itself, a zone that nobody tells of adds nothing.
        return [.. findings, .. await delegation is { } zone ? [zone] : (PreflightFinding[])[], .. reach];
    }

    /// <summary>Whether it is its records that are tried first.</summary>
    internal static bool IsByDns(PreflightScope scope, DomainName name) => name.IsWildcard || (scope.MethodsByName(name.Text) is [var first, ..] && ChallengeType.IsDns(first));

    private bool OverTlsFirst(string name) =>
        _scope.MethodsByName(name).FirstOrDefault(type => !ChallengeType.IsDns(type)) == ChallengeType.TlsAlpn01;

    // A wildcard is proved over DNS alone, whatever else can be answered.
    private CaaPolicy Policy(DomainName name) =>
        name.IsWildcard ? _policy with { Methods = [.. _policy.Methods.Where(ChallengeType.IsDns)] } : _policy;
}
