namespace Berth.Platform.Processes;

/// <summary>One entry of <c>healthchecks.web</c> in an <c>app.json</c>; what it leaves out is null. Times are in seconds.</summary>
public sealed record AppHealthCheck
{
    /// <summary>What to ask for once the port is open.</summary>
    public string? Path { get; init; }

    public int? Attempts { get; init; }

    public int? Timeout { get; init; }

    public int? Wait { get; init; }

    /// <summary>How long a process without requests must stay up.</summary>
    public int? Uptime { get; init; }
}
