using System.Net;

namespace Berth.Authority.Testing;

/// <summary>
/// What turns the authority into one for tests of ACME clients, as Pebble is one: other URLs, an interface that gives away keys, and faults on
/// purpose. Never for certificates that anybody relies on.
/// </summary>
public sealed record TestMode
{
    /// <summary>Where the management interface listens with TLS; null for nowhere.</summary>
    public IPEndPoint? Management { get; init; }

    /// <summary>PEM files of the certificate and the key that both endpoints show; null for one of the authority's own.</summary>
    public (string Certificate, string Key)? Endpoint { get; init; }

    /// <summary>Percent of good nonces that are refused.</summary>
    public int RejectNonces { get; init; } = 5;

    /// <summary>Percent of names whose earlier proof is used again.</summary>
    public int ReuseAuthorizations { get; init; } = 50;

    /// <summary>Each validation waits a random time up to this first.</summary>
    public TimeSpan MostSleep { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>True takes every response to a challenge for a proof.</summary>
    public bool AlwaysValid { get; init; }

    /// <summary>How many roots besides the first sign the chain too.</summary>
    public int AlternateRoots { get; init; }

    /// <summary>Intermediates between a leaf and the root, at least 1.</summary>
    public int ChainLength { get; init; } = 1;

    /// <summary>Keys for external account bindings: id → secret.</summary>
    public IReadOnlyDictionary<string, byte[]> BindingKeys { get; init; } = new Dictionary<string, byte[]>();
}
