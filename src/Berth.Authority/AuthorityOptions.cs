using System.Collections.Immutable;
using System.Net;
using Berth.Acme.Limits;
using Berth.Acme.Protocol;
using Berth.Authority.Testing;

namespace Berth.Authority;

/// <summary>What a certificate authority is told at start. Every fault is reported at once, before anything is written.</summary>
public sealed record AuthorityOptions
{
    /// <summary>Keys, certificates and the database; made with mode 0700. Absolute.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The PostgreSQL database that several nodes share; null keeps everything in an SQLite file of the data folder.</summary>
    public SharedDatabase? Database { get; init; }

    /// <summary>The organization in the names of the root and of intermediates made from now on.</summary>
    public string Organization { get; init; } = "Berth";

    /// <summary>Domains that intermediates made from now on may certify, each with all below it; empty for any.</summary>
    public ImmutableArray<string> PermittedDomains { get; init; } = [];

    /// <summary>Domains that intermediates made from now on may not certify.</summary>
    public ImmutableArray<string> ExcludedDomains { get; init; } = [];

    /// <summary>Networks whose addresses intermediates made from now on may certify; with permitted domains and none of these, loopback only.</summary>
    public ImmutableArray<IPNetwork> PermittedNetworks { get; init; } = [];

    /// <summary>The token that keys are made in from now on: a pkcs11: URI (RFC 7512) without a PIN; null makes them in files.</summary>
    public string? Token { get; init; }

    /// <summary>How long an intermediate lasts, at most as long as its root; 5 years by default.</summary>
    public TimeSpan IntermediateLifetime { get; init; } = TimeSpan.FromDays(5 * 365);

    /// <summary>How long orders and authorizations are kept after their end; 30 days by default.</summary>
    public TimeSpan KeepRecords { get; init; } = TimeSpan.FromDays(30);

    /// <summary>How long certificates stay in the inventory after they have expired; a year by default.</summary>
    public TimeSpan KeepCertificates { get; init; } = TimeSpan.FromDays(365);

    /// <summary>Where the ACME endpoint listens with TLS; port 0 picks a free one.</summary>
    public ImmutableArray<IPEndPoint> Listen { get; init; } = [new(IPAddress.Loopback, 14000)];

    /// <summary>Where CRLs, the issuers and the root are published over plain HTTP; null listens nowhere.</summary>
    public IPEndPoint? ListenHttp { get; init; }

    /// <summary>Names and addresses clients call the ACME endpoint by; its certificate carries them, other hosts are refused.</summary>
    public ImmutableArray<string> HostNames { get; init; } = ["localhost", "127.0.0.1", "::1"];

    /// <summary>
    /// The plain-HTTP URL under which certificates say their CRL and issuer are found. Without it, the first host name and
    /// the port of <see cref="ListenHttp"/>; without both, certificates carry no such URL.
    /// </summary>
    public Uri? PublicationBase { get; init; }

    /// <summary>Where HTTP-01 is validated: 80 on the Internet, the edge's port in a private root.</summary>
    public int HttpPort { get; init; } = 80;

    /// <summary>Where TLS-ALPN-01 is validated; the port besides 80, 443 and <see cref="HttpPort"/> that a redirect may lead to.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>True where loopback and private addresses may be validated. Link-local and reserved ones never are.</summary>
    public bool AllowPrivateAddresses { get; init; }

    /// <summary>Networks whose addresses may be validated, reserved ones too. A cloud's metadata addresses never are.</summary>
    public ImmutableArray<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Resolvers to ask, each a perspective of its own; none for the system's. At most 9.</summary>
    public ImmutableArray<IPEndPoint> Resolvers { get; init; } = [];

    /// <summary>How many perspectives must see a proof; null for all of one or two, all but one of three to five, all but two of more.</summary>
    public int? Quorum { get; init; }

    /// <summary>
    /// The names this authority goes by in CAA records (RFC 8659); shown in the directory. Empty leaves CAA out, as suits a private
    /// authority whose names are bound to a public one by their owners.
    /// </summary>
    public ImmutableArray<string> CaaIdentities { get; init; } = [];

    /// <summary>The challenge types offered, where they can prove what is ordered; all that are known by default.</summary>
    public ImmutableArray<string> ChallengeTypes { get; init; } =
        [ChallengeType.Http01, ChallengeType.Dns01, ChallengeType.TlsAlpn01, ChallengeType.DnsAccount01, ChallengeType.DnsPersist01];

    /// <summary>The waits before a failed validation is repeated (RFC 8555 §8.2), each up to a minute, at most 10; empty for one attempt only.</summary>
    public ImmutableArray<TimeSpan> ValidationRetries { get; init; } = [TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    /// <summary>
    /// What may be certified: <c>example.com</c> alone, <c>.example.com</c> for everything below it, <c>10.0.0.0/8</c>. Empty for anything.
    /// </summary>
    public ImmutableArray<string> AllowedNames { get; init; } = [];

    /// <summary>What is not certified even so, in the same form.</summary>
    public ImmutableArray<string> DeniedNames { get; init; } = [];

    /// <summary>True lets nobody register without a key given out before (RFC 8555 §7.3.4).</summary>
    public bool RequireBinding { get; init; }

    /// <summary>Kinds of certificates a client may choose from; without any, there is one kind, which has no name.</summary>
    public ImmutableArray<OrderProfile> Profiles { get; init; } = [];

    /// <summary>Addresses that need no DNS: lower-case name → addresses.</summary>
    public ImmutableDictionary<string, ImmutableArray<IPAddress>> KnownAddresses { get; init; } =
        ImmutableDictionary<string, ImmutableArray<IPAddress>>.Empty;

    /// <summary>How long a certificate lasts from now (it starts a minute earlier); 10 minutes to 398 days, 90 days by default.</summary>
    public TimeSpan LeafLifetime { get; init; } = TimeSpan.FromDays(90);

    /// <summary>How long an order may wait to be finalized, and a pending authorization to be proven; 7 days by default.</summary>
    public TimeSpan OrderLifetime { get; init; } = TimeSpan.FromDays(7);

    /// <summary>How long a proof holds for further orders of its account; 30 days by default, at least <see cref="OrderLifetime"/>.</summary>
    public TimeSpan AuthorizationLifetime { get; init; } = TimeSpan.FromDays(30);

    /// <summary>False asks for a new proof with every order.</summary>
    public bool ReuseAuthorizations { get; init; } = true;

    /// <summary>Terms an account must agree to; null asks for nothing.</summary>
    public Uri? TermsOfService { get; init; }

    /// <summary>Shown in the directory.</summary>
    public Uri? Website { get; init; }

    /// <summary>How many authorizations of one account may be pending at once.</summary>
    public int PendingAuthorizationsPerAccount { get; init; } = 1000;

    /// <summary>How many orders of one account may be pending or ready at once.</summary>
    public int OpenOrdersPerAccount { get; init; } = 1000;

    /// <summary>
    /// What accounts, names and addresses may use in a time, counted as Let's Encrypt counts (<see cref="RateLimits.LetsEncrypt"/>);
    /// nothing is counted by default.
    /// </summary>
    public RateLimits Limits { get; init; } = RateLimits.None;

    /// <summary>For tests of clients only: other URLs, keys given away, faults on purpose. Null for an authority.</summary>
    public TestMode? Testing { get; init; }

    /// <summary>How many connections one client address may have open; further ones are closed at once.</summary>
    public int ConnectionsPerClient { get; init; } = 512;

    /// <summary>How many requests of one client address are worked on at once; further ones are told to come back.</summary>
    public int ConcurrentRequestsPerClient { get; init; } = 256;

    /// <summary>How many validations run at once.</summary>
    public int ConcurrentValidations { get; init; } = 128;

    /// <summary>What dns-persist-01 records begin with: the CAA identities, or else the host names that are DNS names.</summary>
    internal ImmutableArray<string> IssuerNames =>
    [
        .. (CaaIdentities.IsEmpty ? HostNames.Where(host => host.Contains('.', StringComparison.Ordinal) && !IPAddress.TryParse(host, out _)) : CaaIdentities)
            .Select(name => name.ToLowerInvariant()).Take(10),
    ];

    /// <summary>The longest any certificate lasts.</summary>
    internal TimeSpan LongestLifetime => Profiles.Select(profile => profile.Lifetime).Append(LeafLifetime).Max();

    /// <summary>How long work is left to the node that took it up, before another takes it over.</summary>
    internal TimeSpan LeaseTime { get; init; } = NodeIdentity.LeaseTime;

    /// <summary>Called at named steps of an issuance, where tests end the program: <c>signed</c>, <c>recorded</c>.</summary>
    internal Action<string>? FailPoint { get; init; }
}
