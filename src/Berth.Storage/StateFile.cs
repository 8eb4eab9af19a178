using Berth.Kernel;

namespace Berth.Storage;

/// <summary>A document to be written.</summary>
/// <param name="Path">Which.</param>
/// <param name="Text">What it holds from then on.</param>
/// <param name="Mode">Who may read it.</param>
public sealed record StateFile(StatePath Path, string Text, UnixFileMode Mode = AtomicFile.Private);
