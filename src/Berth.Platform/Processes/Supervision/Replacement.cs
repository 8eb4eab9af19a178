using System.Collections.Immutable;

namespace Berth.Platform.Processes.Supervision;

/// <summary>One change of what an app runs.</summary>
/// <param name="Plan">What holds afterwards.</param>
/// <param name="Starting">Instances to start.</param>
/// <param name="Leaving">Instances that are then stopped.</param>
internal sealed record Replacement(
    ProcessPlan Plan, ImmutableArray<SupervisedInstance> Starting, ImmutableArray<SupervisedInstance> Leaving);
