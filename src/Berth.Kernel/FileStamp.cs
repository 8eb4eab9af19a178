using System.Text;

namespace Berth.Kernel;

/// <summary>What tells two states of a file apart without reading it. <c>default</c>: nothing is there.</summary>
/// <param name="Inode">Which file; another after a replacement by rename.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Modified">Nanoseconds since 1970; can be set by hand.</param>
/// <param name="Changed">Nanoseconds since 1970, by the kernel's own clock; cannot be set by hand.</param>
public readonly record struct FileStamp(ulong Inode, ulong Size, long Modified, long Changed)
{
    /// <summary>Takes the stamp of a file or folder, through links.</summary>
    /// <param name="path">From <see cref="PathOf"/>.</param>
    public static FileStamp Of(ReadOnlySpan<byte> path) => Posix.StampOf(path);

    /// <returns>The path as the system takes it, to be kept where a file is looked at often.</returns>
    public static byte[] PathOf(string path) => Encoding.UTF8.GetBytes(path + "\0");
}
