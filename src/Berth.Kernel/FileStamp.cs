using System.Numerics;

namespace Berth.Kernel;

/// <summary>What tells two states of a file apart without reading it. <c>default</c>: nothing is there.</summary>
/// <param name="Inode">Which file; another after a replacement by rename.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">Nanoseconds since 1970; can be set by hand.</param>
/// <param name="Changed">Nanoseconds since 1970, by the kernel's own clock; cannot be set by hand.</param>
public readonly record struct FileStamp(ulong Inode, ulong Size, long Modified, long Changed)
{
    /// <summary>Takes the stamp of a file or folder, through links.</summary>
    public static FileStamp Of(string path) => Posix.StampOf(path);

    /// <summary>Adds this state to a number that stands for the states of several files.</summary>
    public ulong AddTo(ulong states) => Mix(Mix(Mix(Mix(states, Inode), Size), (ulong)Modified), (ulong)Changed);

    // Spreads each bit over all: states that differ in little must not add up to the same number.
    private static ulong Mix(ulong sum, ulong value) => BitOperations.RotateLeft((sum ^ value) * 0x9E3779B97F4A7C15, 29) * 0xBF58476D1CE4E5B9;
}
