using System.Text.Json.Serialization;

namespace Berth.Daemon;

/// <summary>What a running daemon says of itself in <c>run/daemon.json</c>: for <c>doctor</c>, scripts and the next start.</summary>
internal sealed record DaemonRecord
{
    public required int ProcessId { get; init; }

    public required string Version { get; init; }

    public required int HttpPort { get; init; }

    public required int HttpsPort { get; init; }

    /// <summary>The directory of Berth's own authority; null when it is off.</summary>
    public string? Authority { get; init; }

    /// <summary>The PEM file of its root.</summary>
    public string? AuthorityRoot { get; init; }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(DaemonRecord))]
internal sealed partial class DaemonJson : JsonSerializerContext;
