using System.Collections.Concurrent;
using System.Net;
using Berth.Acme.Dns;
using Berth.Acme.Protocol;
using Berth.Kernel;

namespace Berth.Acme.Challenges;

/// <summary>What a solver makes visible to the CA.</summary>
public sealed record ChallengeTask
{
    /// <summary>A <see cref="ChallengeType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>What is to be proved: a host name without its wildcard label, or an address.</summary>
    public required Identifier Identifier { get; init; }

    /// <summary>True when the order asks for <c>*.</c> + the name.</summary>
    public required bool IsWildcard { get; init; }

    /// <summary>
    /// 22 to 256 base64url characters: safe in a path and as a file name. Empty for dns-persist-01, which has none.
    /// </summary>
    public required string Token { get; init; }

    /// <summary>ASCII <c>token.thumbprint</c>: the body HTTP-01 serves (RFC 8555 §8.3). Empty for dns-persist-01.</summary>
    public required string KeyAuthorization { get; init; }

    /// <summary>For the DNS types: the record the CA looks for; null for the others.</summary>
    public TextRecord? Record { get; init; }

    /// <summary>Told what answering in DNS waits for, from any thread; null for nobody.</summary>
    public IProgress<DnsStep>? Progress { get; init; }

    /// <summary>Providers that have let a change of the same order hang, and what is told of it; null where nobody keeps them.</summary>
    internal ConcurrentDictionary<IDnsProvider, Problem>? Hanging { get; init; }

    /// <summary>The host name; null when an address is to be proved.</summary>
    public DomainName? Name =>
        Identifier.Type == Identifier.DnsType && DomainName.TryParse(Identifier.Value, out var name) ? name : null;

    /// <summary>The address; null when a host name is to be proved.</summary>
    public IPAddress? Address =>
        Identifier.Type == Identifier.IpType && IPAddress.TryParse(Identifier.Value, out var address) ? address : null;

    /// <summary>The value of the TXT record at <c>_acme-challenge.</c> + the name (RFC 8555 §8.4).</summary>
    public string Dns01Value => Protocol.KeyAuthorization.Dns01Value(KeyAuthorization);

    /// <summary>
    /// The server name of the TLS hello that TLS-ALPN-01 answers to: the host name, or an address as a reverse name (RFC 8738 §6).
    /// </summary>
    public string ServerName => Address is { } address ? ReverseName.Of(address) : Identifier.Value;
}
