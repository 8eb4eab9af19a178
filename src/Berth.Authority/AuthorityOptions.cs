using System.Collections.Immutable;
using System.Net;

namespace Berth.Authority;

/// <summary>What a certificate authority is told at start. Every fault is reported at once, before anything is written.</summary>
public sealed record AuthorityOptions
{
    /// <summary>Keys, certificates and the database; made with mode 0700. Absolute.</summary>
    public required string DataFolder { get; init; }

    /// <summary>The PostgreSQL database that several nodes share; null keeps everything in an SQLite file of the data folder.</summary>
    public SharedDatabase? Database { get; init; }

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

    /// <summary>The port besides 80, 443 and <see cref="HttpPort"/> that a redirect may lead to.</summary>
    public int HttpsPort { get; init; } = 443;

    /// <summary>True where loopback and private addresses may be validated. Link-local and reserved ones never are.</summary>
    public bool AllowPrivateAddresses { get; init; }

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

    /// <summary>How many requests of one client address are worked on at once; further ones are told to come back.</summary>
    public int ConcurrentRequestsPerClient { get; init; } = 256;

    /// <summary>How many validations run at once.</summary>
    public int ConcurrentValidations { get; init; } = 128;
}
