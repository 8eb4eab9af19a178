using System.Runtime.InteropServices;
using System.Text;

namespace Berth.Kernel;

/// <summary>
/// The kernel's word on what changed in folders (inotify(7)). It is written down before the call that made the change returns, so whoever asks
/// after a change always hears of it.
/// </summary>
internal sealed unsafe partial class Inotify : IDisposable
{
    /// <summary>Events were lost: anything may have changed.</summary>
    public const uint Overflow = 0x4000; // IN_Q_OVERFLOW

    /// <summary>The folder is not watched any more: removed, or its file system was taken away.</summary>
    public const uint Ignored = 0x8000; // IN_IGNORED

    // IN_MODIFY | IN_ATTRIB | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW | IN_ONLYDIR
    private const uint Wanted = 0x2 | 0x4 | 0x40 | 0x80 | 0x100 | 0x200 | 0x400 | 0x800 | 0x02000000 | 0x01000000;

    // File systems whose every change passes this kernel. Elsewhere (NFS, FUSE) another machine may write, and inotify does not tell.
    private static readonly long[] Local =
        [0xef53, 0x58465342, 0x9123683e, 0x01021994, 0x794c7630, 0x2fc12fc1, 0xf2f52010, 0xca451a4e]; // ext, xfs, btrfs, tmpfs, overlay, zfs, f2fs, bcachefs

    // struct inotify_event with NAME_MAX bytes of a name.
    private const int LongestEvent = 16 + 256;

    private int _descriptor;
    private readonly byte[] _buffer = new byte[16 * 1024];

    private Inotify(int descriptor) => _descriptor = descriptor;

    public delegate void Told(int watch, uint mask, ReadOnlySpan<byte> name);

    /// <returns>Null where the system has none left.</returns>
    public static Inotify? TryOpen() => Open(Posix.NonBlocking | Posix.CloseOnExec) is >= 0 and var descriptor ? new Inotify(descriptor) : null;

    /// <returns>The watch's number; negative when the folder cannot be watched: it is none, is a link, lies on another machine, or there are too many.</returns>
    public int Add(string folder)
    {
        var status = stackalloc long[64]; // struct statfs: f_type first
        fixed (byte* path = Encoding.UTF8.GetBytes(folder + '\0'))
        {
            return FileSystemOf(path, status) == 0 && Local.Contains(status[0]) ? Add(_descriptor, path, Wanted) : -1;
        }
    }

    public void Remove(int watch) => _ = Remove(_descriptor, watch);

    /// <summary>Tells everything that has changed until now; what goes on changing meanwhile does not keep it from ending.</summary>
    public void Drain(Told told)
    {
        // The kernel gives all it has, as long as there is room for one more.
        for (nint length = _buffer.Length; _buffer.Length - length < LongestEvent;)
        {
            fixed (byte* start = _buffer)
            {
                length = Posix.Read(_descriptor, start, (nuint)_buffer.Length);
            }

            if (length <= 0)
            {
                return;
            }

            // struct inotify_event: watch, mask, cookie, length of the name, the name with zeros behind it.
            for (var rest = _buffer.AsSpan(0, (int)length); !rest.IsEmpty;)
            {
                var size = MemoryMarshal.Read<int>(rest[12..]);
                told(MemoryMarshal.Read<int>(rest), MemoryMarshal.Read<uint>(rest[4..]), rest.Slice(16, size).TrimEnd((byte)0));
                rest = rest[(16 + size)..];
            }
        }
    }

    public void Dispose() => Posix.CloseOnce(ref _descriptor);

    [LibraryImport("libc", EntryPoint = "inotify_init1")]
    private static partial int Open(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch")]
    private static partial int Add(int inotify, byte* path, uint mask);

    [LibraryImport("libc", EntryPoint = "inotify_rm_watch")]
    private static partial int Remove(int inotify, int watch);

    [LibraryImport("libc", EntryPoint = "statfs")]
    private static partial int FileSystemOf(byte* path, long* status);
}
