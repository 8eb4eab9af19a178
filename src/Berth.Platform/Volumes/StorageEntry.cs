using System.Collections.Immutable;

namespace Berth.Platform.Volumes;

/// <summary>A named place for data that outlives deploys, as <c>data/storage-registry/entries/&lt;name&gt;.json</c> holds it.</summary>
public sealed record StorageEntry
{
    /// <summary>The scheduler whose entries lie on this host.</summary>
    public const string Local = "docker-local";

    public const string Kubernetes = "k3s";

    public required string Name { get; init; }

    public string Scheduler { get; init; } = Local;

    /// <summary>A folder of this host, or the name of a Docker volume.</summary>
    public string? HostPath { get; init; }

    public string? Size { get; init; }

    public string? AccessMode { get; init; }

    public string? StorageClass { get; init; }

    public string? Namespace { get; init; }

    public string? Chown { get; init; }

    public string? ReclaimPolicy { get; init; }

    public ImmutableSortedDictionary<string, string>? Annotations { get; init; }

    public ImmutableSortedDictionary<string, string>? Labels { get; init; }

    public int SchemaVersion { get; init; } = 1;

    /// <summary>What a mount shows as its side of the host.</summary>
    public string Host => string.IsNullOrEmpty(HostPath) ? Name : HostPath;
}
