using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <summary>
/// Opens files with the rights of another account, as the kernel judges them: for a daemon that is root and is told by that account which
/// file to use. Only the calling thread changes, and only while the action runs.
/// </summary>
public static unsafe partial class BorrowedRights
{
    private const int MostGroups = 65_536; // NGROUPS_MAX

    /// <param name="account">Whose rights count. Needs root.</param>
    /// <param name="action">Must not wait for another thread.</param>
    public static T Use<T>(FileOwner account, Func<T> action)
    {
        var own = new uint[MostGroups];
        fixed (uint* first = own)
        {
            var count = ReadGroups(own.Length, first);
            Check(count >= 0 && SetThreadGroups(0, first));
            var group = SetFileGroup(account.Group);
            var user = SetFileUser(account.User);
            try
            {
                // The calls above report nothing; asked again they say what holds.
                Check(SetFileUser(account.User) == account.User && SetFileGroup(account.Group) == account.Group);
                return action();
            }
            finally
            {
                _ = SetFileUser(user);
                _ = SetFileGroup(group);
                Check(SetThreadGroups(count, first));
            }
        }
    }

    // To go on with the wrong rights would be worse than to end.
    private static void Check(bool done)
    {
        if (!done)
        {
            Environment.FailFast("The system does not let this process change a thread's rights.");
        }
    }

    // The C library's setgroups changes every thread of the process.
    private static bool SetThreadGroups(int count, uint* groups) =>
        Posix.SystemCall(RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 159 : 116, count, (nint)groups, 0, 0) == 0;

    [LibraryImport("libc", EntryPoint = "getgroups")]
    private static partial int ReadGroups(int size, uint* groups);

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial uint SetFileUser(uint user);

    [LibraryImport("libc", EntryPoint = "setfsgid")]
    private static partial uint SetFileGroup(uint group);
}
