namespace Berth.Platform.Processes;

/// <summary>Where the embedded scheduler keeps its things.</summary>
public sealed record EmbeddedSchedulerOptions
{
    /// <summary>Records of running processes; 0700, used by one daemon at a time.</summary>
    public required string StateFolder { get; init; }

    public required LogSettings Logs { get; init; }

    public required TrampolineCommand Trampoline { get; init; }

    public PortRange Ports { get; init; } = PortRange.Default;
}
