using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <content>The calls themselves, and the structures they take.</content>
internal static unsafe partial class Posix
{
    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Open(string path, int flags, uint mode = 0);

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int folder, byte[] name, int flags, uint mode = 0);

    [LibraryImport("libc", EntryPoint = "symlinkat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int MakeLink(string target, int folder, byte[] name);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeFolder(int folder, byte[] name, uint mode);

    [LibraryImport("libc", EntryPoint = "getdents64", SetLastError = true)]
    public static partial nint ReadFolder(int folder, byte[] buffer, nuint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    public static partial nint Write(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    public static partial nint Read(int descriptor, byte* bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static partial int SyncFileRange(int descriptor, long offset, long count, uint flags);

    [LibraryImport("libc", EntryPoint = "fchown", SetLastError = true)]
    public static partial int ChangeOwner(int descriptor, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(int descriptor, uint mode);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    public static partial int Duplicate(int from, int to);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    public static partial int Control(int descriptor, int command, nint argument);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    public static partial int StartSession();

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Signal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    private static partial int SetHeap(int option, int value);

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int TrimHeap(nuint keep);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int RemoveAt(int folder, byte[] name, int flags);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true)]
    private static partial int ChangeOwnerAt(int folder, byte[] name, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int RenameFile(string from, string to);

    [LibraryImport("libc", EntryPoint = "renameat", SetLastError = true)]
    private static partial int RenameFileAt(int folder, byte[] name, int target, byte[] newName);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int Syncfs(int descriptor);

    [LibraryImport("libc", EntryPoint = "getpwuid_r")]
    private static partial int FindUser(uint user, nint* entry, byte* texts, nuint size, nint* found);

    // struct statx has one layout on every architecture. In 32-bit words: nlink 4, uid 5, gid 6, mode 7, inode 8, size 10, ctime 24, mtime 28.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    private static partial int Statx(int folder, byte* path, int flags, uint mask, uint* status);

    /// <summary>struct open_how of openat2(2).</summary>
    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    /// <summary>struct flock of fcntl(2), as it is with 64-bit offsets.</summary>
    public struct FileRegion
    {
        private const short ForWriting = 1; // F_WRLCK
        private const short Free = 2; // F_UNLCK

        public short Kind;
        public short From;
        public long Start;
        public long Length;
        public int Process;

        /// <summary>All of a file, to be held by one.</summary>
        public static FileRegion Whole => new() { Kind = ForWriting };

        /// <summary>All of a file, to be held no longer.</summary>
        public static FileRegion LetGo => new() { Kind = Free };

        /// <summary>After a look: whether somebody else holds it.</summary>
        public readonly bool IsLocked => Kind != Free;
    }

    /// <summary>For calls that the C library has no function for, or one that does more.</summary>
    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    public static partial long SystemCall(long number, long a, long b, long c, long d);

    public static int OpenPidfd(int process) => (int)SystemCall(434, process, 0, 0, 0);

    public struct PollEntry
    {
        public int Descriptor;
        public short Wanted;
        public short Found;
    }
}
