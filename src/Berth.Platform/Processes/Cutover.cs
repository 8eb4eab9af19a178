namespace Berth.Platform.Processes;

/// <summary>The two moments of a replacement that belong to others: the edge, and the app's state files.</summary>
/// <param name="Swap">
/// Called once, when every new instance is healthy: makes these targets the only ones that get new requests, and writes down
/// that the release is current. When it throws, the replacement fails and the old instances stay.
/// </param>
/// <param name="Drain">
/// Called after the swap with the targets that left: completes when no request is in flight on them. It is cancelled after the
/// plan's drain timeout; when it throws, the old instances are stopped all the same.
/// </param>
public sealed record Cutover(Func<AppTargets, CancellationToken, Task> Swap, Func<AppTargets, CancellationToken, Task> Drain)
{
    /// <summary>For a caller that follows <see cref="IScheduler.TargetsOf"/> by other means.</summary>
    public static readonly Cutover None = new((_, _) => Task.CompletedTask, (_, _) => Task.CompletedTask);
}
