using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Routing;

/// <summary>What an app's files say of the names it is reached by and of its certificate: all that its routes need, and no more, for very many are kept.</summary>
public sealed record AppFacts
{
    /// <summary>The names it is reached by; none while domains are switched off.</summary>
    public ImmutableArray<DomainName> Names { get; init; } = [];

    /// <summary>Those of its names that its certificate does not carry.</summary>
    public ImmutableArray<DomainName> Uncovered { get; init; } = [];

    /// <summary>Whether it takes what no other app has a name for.</summary>
    public bool CatchesAll { get; init; }

    /// <summary>Whether its environment holds settings of the proxy.</summary>
    public bool HasVariables { get; init; }

    /// <summary>Whether Dokku left files of containers there.</summary>
    public bool HasContainers { get; init; }

    /// <summary>Whether there are a certificate and a key, be they readable or not.</summary>
    public bool HasPair { get; init; }

    /// <summary>Whether their files are damaged. Such an app is read at each look, for the certificate kept of it may change, too.</summary>
    public bool IsBroken { get; init; }

    /// <summary>Whether an ACME server issued the certificate.</summary>
    public bool IsFromAcme { get; init; }

    /// <summary>Another for each certificate the app ever has; 0 for none that can be read.</summary>
    public ulong Certificate { get; init; }

    /// <summary>When its certificate is next seen to; null when that is not known, <see cref="DateTimeOffset.MaxValue"/> for never.</summary>
    public DateTimeOffset? Next { get; init; }

    /// <summary>How the files were when this was read.</summary>
    internal AppLook Look { get; init; }
}
