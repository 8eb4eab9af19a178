using System.Net;

namespace Berth.Acme.Dns;

/// <summary>How a DNS solver looks at DNS.</summary>
public sealed record DnsSolverOptions
{
    /// <summary>Resolvers asked for zones, aliases and name servers; empty for this machine's.</summary>
    public IReadOnlyList<IPEndPoint> Resolvers { get; init; } = [];

    /// <summary>The port authoritative servers are asked at. Default: 53.</summary>
    public int AuthoritativePort { get; init; } = 53;

    /// <summary>False does not look for the record after adding it: where this machine cannot reach name servers. Default: true.</summary>
    public bool WaitsForPropagation { get; init; } = true;

    /// <summary>False puts the record at the challenge's own name even where that is an alias. Default: true.</summary>
    public bool FollowsAliases { get; init; } = true;

    /// <summary>Instead of the provider's own; null keeps that.</summary>
    public DnsPatience? Patience { get; init; }

    /// <summary>The longest one change at the provider may take, with what it waits for itself (Route 53). Default: 5 min.</summary>
    public TimeSpan ChangeTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Shared by solvers whose providers may change the same zones. Default: its own.</summary>
    public DnsTurns Turns { get; init; } = new();

    /// <summary>Told each step, from any thread.</summary>
    public IProgress<DnsStep>? Progress { get; init; }
}
