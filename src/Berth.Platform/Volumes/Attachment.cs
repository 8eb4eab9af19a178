using System.Collections.Immutable;

namespace Berth.Platform.Volumes;

/// <summary>How one app uses a <see cref="StorageEntry"/>: a line of <c>config/storage/&lt;app&gt;/mounts</c>.</summary>
public sealed record Attachment
{
    public static readonly ImmutableArray<string> BothPhases = ["deploy", "run"];

    public required string EntryName { get; init; }

    /// <summary>Where the app finds it: an absolute path.</summary>
    public required string ContainerPath { get; init; }

    public ImmutableArray<string> Phases { get; init; } = BothPhases;

    public string ProcessType { get; init; } = DockerOptions.DockerOptionStore.EveryProcess;

    public string? Subpath { get; init; }

    public bool Readonly { get; init; }

    public string? VolumeOptions { get; init; }

    public string? VolumeChown { get; init; }

    /// <summary>Two attachments of one place cannot both be.</summary>
    public bool IsSamePlace(Attachment other) =>
        EntryName == other.EntryName && ContainerPath == other.ContainerPath && ProcessType == other.ProcessType;
}
