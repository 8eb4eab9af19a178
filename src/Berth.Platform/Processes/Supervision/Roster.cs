using System.Collections.Immutable;

namespace Berth.Platform.Processes.Supervision;

/// <summary>Which instances an app has. Readers never wait.</summary>
/// <param name="Plan">What is in service, or null.</param>
/// <param name="Current">Those in service, also if they are down at the moment.</param>
/// <param name="Others">Those not yet, or no longer.</param>
internal sealed record Roster(
    ProcessPlan? Plan, ImmutableArray<SupervisedInstance> Current, ImmutableArray<SupervisedInstance> Others)
{
    public static readonly Roster Empty = new(null, [], []);

    public IEnumerable<SupervisedInstance> All => Current.Concat(Others);

    public ImmutableArray<Target> Targets => [.. Current.Select(instance => instance.Target).OfType<Target>()];

    public Roster WithStarting(ImmutableArray<SupervisedInstance> starting) => this with { Others = Others.AddRange(starting) };

    public Roster WithSwapped(Replacement change) => new(
        change.Plan,
        [.. Current.RemoveRange(change.Leaving).AddRange(change.Starting)
            .OrderBy(instance => instance.Snapshot.Type).ThenBy(instance => instance.Snapshot.Index)],
        Others.RemoveRange(change.Starting).AddRange(change.Leaving));

    public Roster WithLeaving(ImmutableArray<SupervisedInstance> leaving) =>
        this with { Current = Current.RemoveRange(leaving), Others = Others.AddRange(leaving) };

    public Roster Without(SupervisedInstance gone) => this with { Current = Current.Remove(gone), Others = Others.Remove(gone) };
}
