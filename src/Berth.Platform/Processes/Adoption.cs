using System.Collections.Immutable;
using Berth.Kernel;

namespace Berth.Platform.Processes;

/// <summary>What a daemon that has just started wants of the processes an earlier one left behind.</summary>
public sealed record Adoption
{
    /// <summary>Every app that should be running, with the release that requests go to.</summary>
    public required ImmutableArray<ProcessPlan> Plans { get; init; }

    /// <summary>
    /// Apps whose plan cannot be made now, with their release where it is known: what runs of them goes on, watched but never started
    /// again, until the next deploy or restart.
    /// </summary>
    public ImmutableDictionary<AppName, string?> Spared { get; init; } = ImmutableDictionary<AppName, string?>.Empty;

    /// <summary>Told when instances of an app are replaced after the adoption.</summary>
    public Func<AppName, Cutover> CutoverOf { get; init; } = _ => Cutover.None;

    /// <summary>Told of an app whose instances could not be replaced after the adoption, and why; the old ones stay.</summary>
    public Action<AppName, Problem> Failed { get; init; } = (_, _) => { };

    /// <summary>Told of an app of which so many instances were started with another configuration, and are replaced now.</summary>
    public Action<AppName, int> Replacing { get; init; } = (_, _) => { };

    public static Adoption Of(params ImmutableArray<ProcessPlan> plans) => new() { Plans = plans };
}
