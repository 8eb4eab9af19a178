using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <summary>The few calls of the C library that .NET has no name for.</summary>
internal static unsafe partial class Posix
{
    private const int AtCurrentDirectory = -100;
    private const uint WantType = 0x1; // STATX_TYPE
    private const uint WantOwner = 0x8 | 0x10; // STATX_UID | STATX_GID
    private const int CloseOnExec = 0x80000;
    private const int TextLimit = 16 * 1024;

    /// <summary>Makes a rename in <paramref name="folder"/> survive a power cut.</summary>
    internal static void SyncFolder(string folder)
    {
        var descriptor = Open(folder, CloseOnExec);
        if (descriptor < 0)
        {
            return;
        }

        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    /// <summary>Gives a path the owner of another, when this process may (it is root); otherwise does nothing.</summary>
    internal static void CopyOwner(string from, string to)
    {
        if (EffectiveUser() != 0)
        {
            return;
        }

        if (OwnerOf(from) is { } owner)
        {
            _ = ChangeOwner(to, owner.User, owner.Group);
        }
    }

    internal static void ChangeOwnerOf(string path, FileOwner owner)
    {
        if (ChangeOwner(path, owner.User, owner.Group) != 0)
        {
            throw new IOException($"{path}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        }
    }

    /// <summary>Makes everything written to the folder's file system survive a power cut.</summary>
    internal static void SyncFileSystem(string folder)
    {
        var descriptor = Open(folder, CloseOnExec);
        if (descriptor >= 0)
        {
            _ = Syncfs(descriptor);
            _ = Close(descriptor);
        }
    }

    /// <returns>True for a plain file or a link to one; false for a fifo, a device, a socket, a folder; null when there is nothing.</returns>
    internal static bool? IsPlainFile(string path)
    {
        const int typeMask = 0xf000;
        const int plain = 0x8000; // S_IFREG
        var status = stackalloc uint[64];

        // stx_mode is the low half of the word behind the owner's two.
        return Statx(AtCurrentDirectory, path, 0, WantType, status) == 0 ? (status[7] & typeMask) == plain : null;
    }

    internal static FileOwner? OwnerOf(string path, bool itself = false)
    {
        const int noFollow = 0x100; // AT_SYMLINK_NOFOLLOW
        var status = stackalloc uint[64];
        return Statx(AtCurrentDirectory, path, itself ? noFollow : 0, WantOwner, status) == 0 ? new FileOwner(status[5], status[6]) : null;
    }

    /// <summary>The account's name in the machine's user database.</summary>
    internal static string? NameOf(uint user)
    {
        // struct passwd begins with a pointer to the name; no system makes the whole longer than a few words.
        var entry = stackalloc nint[16];
        var texts = new byte[TextLimit];
        nint found = 0;
        fixed (byte* text = texts)
        {
            return FindUser(user, entry, text, TextLimit, &found) == 0 && found != 0 ? Marshal.PtrToStringUTF8(*(nint*)found) : null;
        }
    }

    internal static FileStamp StampOf(ReadOnlySpan<byte> path)
    {
        const uint wanted = 0x40 | 0x80 | 0x100 | 0x200; // STATX_MTIME | STATX_CTIME | STATX_INO | STATX_SIZE
        var status = stackalloc uint[64];
        fixed (byte* start = path)
        {
            if (Statx(AtCurrentDirectory, start, 0, wanted, status) != 0)
            {
                return default;
            }
        }

        var wide = (ulong*)status;
        return new FileStamp(wide[4], wide[5], Nanoseconds(wide[14], status[30]), Nanoseconds(wide[12], status[26]));
    }

    private static long Nanoseconds(ulong seconds, uint rest) => unchecked(((long)seconds * 1_000_000_000) + rest);

    /// <summary>Renames in one step whatever the path is; <see cref="File.Move(string, string)"/> looks through a link at its target.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    internal static void Rename(string from, string to)
    {
        if (RenameFile(from, to) != 0)
        {
            throw new IOException(Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));
        }
    }

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int Syncfs(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Fsync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "lchown", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int FindUser(uint user, nint* entry, byte* texts, nuint size, nint* found);

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int folder, byte* path, int flags, uint mask, uint* status);

    // struct statx has one layout on every architecture. In 32-bit words: uid 5, gid 6, mode 7, inode 8, size 10, ctime 24, mtime 28.
    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int Statx(int folder, string path, int flags, uint mask, uint* status);
}
