namespace Berth.Platform.Processes;

/// <summary>A replacement that is in service.</summary>
/// <param name="Plan">What runs now.</param>
/// <param name="Targets">Where requests go.</param>
/// <param name="Retired">Completes when the old instances are gone; never fails.</param>
public sealed record Deployment(ProcessPlan Plan, AppTargets Targets, Task Retired);
