using Berth.Kernel;

namespace Berth.Storage;

/// <summary>A document to be written, or a symbolic link.</summary>
/// <param name="Path">Which.</param>
/// <param name="Text">What it holds from then on; of a link, what it names.</param>
/// <param name="Mode">Who may read it.</param>
public sealed record StateFile(StatePath Path, string Text, UnixFileMode Mode = AtomicFile.Private)
{
    public bool IsLink { get; init; }

    /// <summary>Called once it is in place, before the next one is.</summary>
    public Action? InPlace { get; init; }
}
