using Microsoft.Extensions.Logging;

namespace Berth.Daemon;

/// <summary>
/// What the daemon does besides serving. A part that meets a fault is told of at once, and costs neither the others their work nor the apps
/// their orderly end.
/// </summary>
internal sealed partial class DaemonParts(ILogger log, TimeProvider time)
{
    /// <param name="parts">What each does, as the log calls it, and the doing.</param>
    /// <param name="stop">Ends them all.</param>
    /// <exception cref="OperationCanceledException">Always, once it was stopped and all have ended.</exception>
    public Task UntilStoppedAsync(IEnumerable<(string Name, Task Running)> parts, CancellationToken stop) =>
        Task.WhenAll([.. parts.Select(part => OutliveAsync(part.Name, part.Running, stop)), Task.Delay(Timeout.InfiniteTimeSpan, time, stop)]);

    private async Task OutliveAsync(string name, Task running, CancellationToken stop)
    {
        try
        {
            await running;
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            Ended(log, name, e);
        }
    }

    [LoggerMessage(1211, LogLevel.Error, "A fault of Berth's own has ended {Part}, until the daemon starts again")]
    private static partial void Ended(ILogger log, string part, Exception fault);
}
