namespace Berth.Kernel;

/// <summary>A file or a link that is to take the place of what is there.</summary>
/// <param name="Folder">Where.</param>
/// <param name="Name">Its name there.</param>
public sealed record FileChange(HeldFolder Folder, string Name)
{
    public byte[] Content { get; init; } = [];

    public UnixFileMode Mode { get; init; } = AtomicFile.Private;

    /// <summary>What a symbolic link names; null for a file.</summary>
    public string? Target { get; init; }

    /// <summary>Called once it is in place, before the next one is.</summary>
    public Action? InPlace { get; init; }
}
