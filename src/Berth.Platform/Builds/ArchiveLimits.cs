namespace Berth.Platform.Builds;

/// <summary>What an archive may cost before it is refused.</summary>
/// <param name="Bytes">All files together, unpacked.</param>
/// <param name="Entries">Files, folders and links.</param>
public sealed record ArchiveLimits(long Bytes, int Entries)
{
    /// <summary>How many folders deep a name may lead: the deepest trees of dependencies have a few dozen.</summary>
    public int Depth { get; init; } = 200;

    /// <summary>1 GiB and 200,000 entries: above any app's source, below a disk's patience.</summary>
    public static ArchiveLimits Default { get; } = new(1L << 30, 200_000);
}
