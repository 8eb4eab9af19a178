namespace Berth.Platform.Tests.LetsEncrypt.Simulation;

/// <summary>True time, and what the machine takes for it.</summary>
internal sealed class SimulatedClock(DateTimeOffset start) : TimeProvider
{
    /// <summary>What the authority goes by.</summary>
    internal DateTimeOffset True { get; set; } = start;

    /// <summary>How far the machine's clock is off.</summary>
    internal TimeSpan Error { get; set; }

    internal DateTimeOffset Machine => True + Error;

    public override DateTimeOffset GetUtcNow() => Machine;
}
