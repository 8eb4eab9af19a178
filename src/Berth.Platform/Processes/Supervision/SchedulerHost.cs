using Berth.Platform.Processes.Launching;
using Berth.Platform.Processes.Output;

namespace Berth.Platform.Processes.Supervision;

/// <summary>What all instances of one scheduler share.</summary>
internal sealed record SchedulerHost
{
    public required TimeProvider Time { get; init; }

    public required Chance Chance { get; init; }

    public required PortPool Ports { get; init; }

    public required ProcessStarter Starter { get; init; }

    public required ProcessEnding Ending { get; init; }

    public required HealthProbe Probe { get; init; }

    public required RecordFolder Records { get; init; }

    public required LogFolder Logs { get; init; }
}
