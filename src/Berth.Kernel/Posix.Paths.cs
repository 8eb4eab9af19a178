using System.Text;

namespace Berth.Kernel;

/// <content>What lies at a path.</content>
internal static unsafe partial class Posix
{
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const uint WantAll = 0x7ff; // STATX_BASIC_STATS
    private const int UsualPath = 512;

    /// <returns>What lies at the path; null when nothing does.</returns>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static FileStatus? StatusOf(string path, bool follow = true) =>
        Status(AtCurrentDirectory, path, follow ? 0 : NoFollowAt) ?? (SystemFault.LastIsAbsence ? null : throw SystemFault.Last(path));

    /// <returns>What the open descriptor is.</returns>
    public static FileStatus StatusOf(int descriptor) => Status(descriptor, "", EmptyPath) ?? throw SystemFault.Last("an open file");

    public static FileStamp StampOf(string path) => StampOf(Terminated(path, stackalloc byte[UsualPath]));

    public static FileStamp StampOf(ReadOnlySpan<byte> path, int folder = AtCurrentDirectory)
    {
        const uint wanted = 0x40 | 0x80 | 0x100 | 0x200; // STATX_MTIME | STATX_CTIME | STATX_INO | STATX_SIZE
        var status = stackalloc uint[64];
        fixed (byte* start = path)
        {
            return Statx(folder, start, 0, wanted, status) == 0 ? Stamp(status) : default;
        }
    }

    private static FileStamp Stamp(uint* status)
    {
        var wide = (ulong*)status;
        return new FileStamp(wide[4], wide[5], Nanoseconds(wide[14], status[30]), Nanoseconds(wide[12], status[26]));
    }

    private static long Nanoseconds(ulong seconds, uint rest) => unchecked(((long)seconds * 1_000_000_000) + rest);

    /// <summary>Opens a path as long as no link lies anywhere in it; with one the error is ELOOP.</summary>
    public static int OpenWithoutLinks(string path, int flags)
    {
        const long number = 437; // openat2, the same on every architecture
        const ulong noLinks = 0x04; // RESOLVE_NO_SYMLINKS
        var how = new OpenHow { Flags = (ulong)flags, Resolve = noLinks };
        fixed (byte* start = Terminated(path, stackalloc byte[UsualPath]))
        {
            return (int)SystemCall(number, AtCurrentDirectory, (nint)start, (nint)(&how), sizeof(OpenHow));
        }
    }

    private static FileStatus? Status(int folder, string path, int flags)
    {
        var words = stackalloc uint[64];
        fixed (byte* start = Terminated(path, stackalloc byte[UsualPath]))
        {
            return Statx(folder, start, flags, WantAll, words) == 0
                ? new FileStatus(words[5], words[6], words[7] & 0xffff, *(long*)(words + 10), words[4], Stamp(words))
                : null;
        }
    }

    // As the C library takes it, in the room given if it fits.
    private static ReadOnlySpan<byte> Terminated(string path, Span<byte> room)
    {
        if (!Encoding.UTF8.TryGetBytes(path, room[..^1], out var length))
        {
            return HeldFolder.Terminated(path);
        }

        room[length] = 0;
        return room[..(length + 1)];
    }
}
