using System.Net;

namespace Berth.Platform.Processes.Supervision;

/// <summary>What came of waiting for health: an address, or why not.</summary>
internal sealed record HealthOutcome
{
    /// <summary>Where it listens, if it is healthy.</summary>
    public IPEndPoint? Address { get; private init; }

    /// <summary>How it ended, if it did.</summary>
    public ExitStatus? Exit { get; private init; }

    /// <summary>What was waited for in vain.</summary>
    public string? Failure { get; private init; }

    public bool IsHealthy => Address is not null;

    public static HealthOutcome Healthy(IPEndPoint address) => new() { Address = address };

    public static HealthOutcome Exited(ExitStatus exit) => new() { Exit = exit };

    public static HealthOutcome Unhealthy(string reason) => new() { Failure = reason };
}
