using System.Runtime.InteropServices;
using Berth.Kernel;

namespace Berth.Platform.Processes.Launching;

/// <summary>The calls of the C library that starting, watching and ending processes needs; numbers are Linux's on every architecture.</summary>
internal static unsafe partial class Libc
{
    public const int NoSuchEntry = 2; // ENOENT
    public const int AccessDenied = 13; // EACCES
    public const int BadFormat = 8; // ENOEXEC
    public const int Terminate = 15; // SIGTERM
    public const int Kill = 9; // SIGKILL
    public const int None = 0; // only asks whether it is there
    public const int WriteOnly = Posix.WriteOnly;
    public const int ReadOnly = Posix.ReadOnly;
    public const int Create = Posix.Create;
    public const int Append = Posix.Append;
    public const int CloseOnExec = Posix.CloseOnExec;
    public const int DuplicateCloseOnExec = 1030; // F_DUPFD_CLOEXEC
    public const int SetNoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS

    public static int NoFollow => Posix.NoFollow;

    public const int Executable = 1; // X_OK
    public const int CurrentFolder = -100; // AT_FDCWD
    public const int EffectiveAccess = 0x200; // AT_EACCESS
    public const uint CloseRangeOnExec = 4; // CLOSE_RANGE_CLOEXEC
    public const int SetMask = 2; // SIG_SETMASK

    private const long PidfdSignalCall = 424;
    private const long CloseRangeCall = 436;

    public static bool SignalPidfd(int descriptor, int signal) => Posix.SystemCall(PidfdSignalCall, descriptor, signal, 0, 0) == 0;

    public static void CloseOnExecFrom(uint first) => _ = Posix.SystemCall(CloseRangeCall, first, uint.MaxValue, (long)CloseRangeOnExec, 0);

    /// <returns>Null when it worked, else what the system says.</returns>
    public static string? ErrorOf(int result) => result >= 0 ? null : Marshal.GetLastPInvokeErrorMessage();

    public static int Signal(int pid, int signal) => Posix.Signal(pid, signal);

    public static int Close(int descriptor) => Posix.Close(descriptor);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static partial int CreateEvent(uint value, int flags);

    [LibraryImport("libc", EntryPoint = "eventfd_write", SetLastError = true)]
    public static partial int WriteEvent(int descriptor, ulong value);

    [LibraryImport("libc", EntryPoint = "eventfd_read", SetLastError = true)]
    public static partial int ReadEvent(int descriptor, ulong* value);

    public static int StartSession() => Posix.StartSession();

    public static int Open(string path, int flags, uint mode) => Posix.Open(path, flags, mode);

    public static int Duplicate(int from, int to) => Posix.Duplicate(from, to);

    public static int Control(int descriptor, int command, nint argument) => Posix.Control(descriptor, command, argument);

    public static nint Write(int descriptor, byte* bytes, nuint count) => Posix.Write(descriptor, bytes, count);

    public static int ChangeOwner(int descriptor, uint user, uint group) => Posix.ChangeOwner(descriptor, user, group);

    [LibraryImport("libc", EntryPoint = "umask")]
    public static partial uint SetUmask(uint mask);

    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    public static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    public static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    public static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "chdir", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int ChangeFolder(string path);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "faccessat", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Access(int folder, string path, int mode, int flags);

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    public static partial int SignalAction(int signal, byte* action, byte* old);

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    public static partial int SignalMask(int how, byte* set, byte* old);

    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    public static partial int Execute(string path, byte** arguments, byte** environment);
}
