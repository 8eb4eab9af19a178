using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <summary>The calls of the C library that .NET has no name for and that more than one room needs. Each is declared once in all of Berth.</summary>
internal static unsafe partial class Posix
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 0x1;
    public const int ReadWrite = 0x2;
    public const int Create = 0x40;
    public const int CreateNew = 0x40 | 0x80; // O_CREAT | O_EXCL
    public const int NoTerminal = 0x100; // O_NOCTTY
    public const int Append = 0x400;
    public const int NonBlocking = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    public const short Readable = 1; // POLLIN

    public const int AtCurrentDirectory = -100;
    private const int NoFollowAt = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int RemoveFolderAt = 0x200; // AT_REMOVEDIR
    private const int TextLimit = 16 * 1024;

    /// <summary>O_NOFOLLOW; its number differs between architectures.</summary>
    public static int NoFollow => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;

    /// <summary>O_DIRECTORY; likewise.</summary>
    public static int FolderOnly => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Closes what an object owns, once: by then its number may be another's, which a second time would close. Nothing is open at -1.</summary>
    public static void CloseOnce(ref int descriptor)
    {
        if (Interlocked.Exchange(ref descriptor, -1) is >= 0 and var open)
        {
            _ = Close(open);
        }
    }

    /// <summary>Makes everything written to the folder's file system survive a power cut.</summary>
    public static void SyncFileSystem(string folder)
    {
        var descriptor = Open(folder, CloseOnExec);
        if (descriptor >= 0)
        {
            _ = Syncfs(descriptor);
            _ = Close(descriptor);
        }
    }

    /// <summary>The C library, which would give each thread a heap of its own, makes do with two.</summary>
    public static void ShareArenas() => _ = SetHeap(-8, 2); // M_ARENA_MAX

    /// <summary>Gives back what the C library keeps of freed memory.</summary>
    public static void TrimHeap() => _ = TrimHeap(0);

    /// <summary>
    /// Opens nothing in the place of each standard descriptor that the caller has closed: the next file or connection would take its number, and be
    /// read and written as if it were the caller's. What is written to one still fails, as it would have.
    /// </summary>
    public static void FillStandardDescriptors()
    {
        const int lastStandard = 2;
        int descriptor;
        do
        {
            descriptor = Open("/dev/null", ReadOnly);
        }
        while (descriptor is >= 0 and <= lastStandard);
        _ = Close(descriptor);
    }

    /// <summary>Sends what was written to an open file on its way to the disk without waiting; a file system that cannot is no failure.</summary>
    public static void StartWriting(int descriptor)
    {
        const uint write = 2; // SYNC_FILE_RANGE_WRITE
        _ = SyncFileRange(descriptor, 0, 0, write);
    }

    /// <summary>Waits until the disk has what was written to an open file or folder. File systems that know no such thing are no failure.</summary>
    /// <returns>False when the disk did not take it; the system's error says why.</returns>
    public static bool SyncToDisk(int descriptor) =>
        Unbroken(() => Sync(descriptor)) == 0
        || Marshal.GetLastPInvokeError() is SystemFault.InvalidArgument or SystemFault.NotSupported or SystemFault.ReadOnlyFileSystem;

    /// <summary>Calls once more what a signal broke off: on disks that are reached by a network it may.</summary>
    public static int Unbroken(Func<int> call)
    {
        while (true)
        {
            if (call() is var result && (result >= 0 || Marshal.GetLastPInvokeError() != SystemFault.Interrupted))
            {
                return result;
            }
        }
    }

    /// <summary>Writes bytes to an open file, pipe or terminal.</summary>
    /// <returns>What is left: nothing, or the rest that a non-blocking output could not take at once.</returns>
    /// <exception cref="IOException">The output takes no more.</exception>
    public static ReadOnlySpan<byte> Write(int descriptor, ReadOnlySpan<byte> bytes)
    {
        const int interrupted = 4; // EINTR
        const int again = 11; // EAGAIN
        while (!bytes.IsEmpty)
        {
            nint written;
            fixed (byte* start = bytes)
            {
                written = Write(descriptor, start, (nuint)bytes.Length);
            }

            if (written >= 0)
            {
                bytes = bytes[(int)written..];
            }
            else if (Marshal.GetLastPInvokeError() is not interrupted and var error)
            {
                return error == again ? bytes : throw SystemFault.Last("output");
            }
        }

        return bytes;
    }

    /// <summary>Reads a file of the kernel's own (below <c>/proc</c>), which has no length and cannot block.</summary>
    public static byte[] ReadKernelFile(string path)
    {
        var descriptor = Open(path, ReadOnly | CloseOnExec);
        if (descriptor < 0)
        {
            throw SystemFault.Last(path);
        }

        var bytes = new byte[1024];
        var length = 0;
        while (Read(descriptor, bytes.AsSpan(length)) is > 0 and var read)
        {
            length += read;
            if (length == bytes.Length)
            {
                Array.Resize(ref bytes, bytes.Length * 4);
            }
        }

        _ = Close(descriptor);
        return bytes[..length];
    }

    /// <summary>Reads on in an open file.</summary>
    /// <returns>How many bytes; 0 at its end, negative when the system refuses.</returns>
    public static int Read(int descriptor, Span<byte> bytes)
    {
        while (true)
        {
            fixed (byte* start = bytes)
            {
                if (Read(descriptor, start, (nuint)bytes.Length) is var read && (read >= 0 || Marshal.GetLastPInvokeError() != SystemFault.Interrupted))
                {
                    return (int)read;
                }
            }
        }
    }

    /// <summary>The account's name in the machine's user database.</summary>
    public static string? NameOf(uint user)
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

    /// <summary>Removes what lies in an open folder by this name; a link itself, never what it leads to.</summary>
    /// <returns>False when it is a folder.</returns>
    public static bool RemoveFile(int folder, byte[] name)
    {
        const int isFolder = 21; // EISDIR, Linux's answer where POSIX says EPERM
        if (RemoveAt(folder, name, 0) == 0 || SystemFault.LastIsAbsence)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == isFolder ? false : throw SystemFault.Last(SystemFault.Text(name));
    }

    public static void RemoveEmptyFolder(int folder, byte[] name)
    {
        if (RemoveAt(folder, name, RemoveFolderAt) != 0 && !SystemFault.LastIsAbsence)
        {
            throw SystemFault.Last(SystemFault.Text(name));
        }
    }

    public static void ChangeOwnerOf(int folder, byte[] name, FileOwner owner)
    {
        if (ChangeOwnerAt(folder, name, owner.User, owner.Group, NoFollowAt) != 0)
        {
            throw SystemFault.Last(SystemFault.Text(name));
        }
    }

    /// <summary>Renames in one step whatever the path is; <see cref="File.Move(string, string)"/> looks through a link at its target.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    public static void Rename(string from, string to)
    {
        if (RenameFile(from, to) != 0)
        {
            throw SystemFault.Last(to);
        }
    }

    /// <summary>Renames from one open folder into another, or the same.</summary>
    /// <returns>False when there is nothing to rename.</returns>
    /// <exception cref="IOException">The system's own words.</exception>
    public static bool RenameAt(int folder, byte[] name, int target, byte[] newName) =>
        RenameFileAt(folder, name, target, newName) == 0
        || (Marshal.GetLastPInvokeError() == SystemFault.NoSuchEntry ? false : throw SystemFault.Last(SystemFault.Text(name)));

    /// <summary>Takes a lock on a whole file (fcntl_locking(2), open file description locks), or tells who is in its way.</summary>
    public static int LockFile(int descriptor, int command, ref FileRegion region)
    {
        fixed (FileRegion* whole = &region)
        {
            return Control(descriptor, command, (nint)whole);
        }
    }
}
