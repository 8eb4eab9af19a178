namespace Berth.Platform.Processes;

/// <summary>When a new instance counts as healthy. The default asks a web process to accept a connection on its port.</summary>
public sealed record HealthSettings
{
    /// <summary>False trusts every instance as soon as its program runs (<c>checks:skip</c>).</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>The longest from start to healthy, all attempts included.</summary>
    public TimeSpan Deadline { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a process without requests must stay up.</summary>
    public TimeSpan Uptime { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A path to ask for once the port is open (<c>/healthz</c>); any status from 200 to 399 is well. Null asks nothing.</summary>
    public string? HttpPath { get; init; }

    /// <summary>How often <see cref="HttpPath"/> is asked for before the instance counts as unhealthy.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The longest that one answer may take.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The pause between two attempts.</summary>
    public TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(5);
}
