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
    public static FileStamp Of(string path)
    {
        const int usual = 512;
        Span<byte> bytes = stackalloc byte[usual];
        if (!Encoding.UTF8.TryGetBytes(path, bytes[..(usual - 1)], out var length))
        {
            return Posix.StampOf(Encoding.UTF8.GetBytes(path + "\0"));
        }

        bytes[length] = 0;
        return Posix.StampOf(bytes[..(length + 1)]);
    }
}
