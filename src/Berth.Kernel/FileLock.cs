using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Berth.Kernel;

/// <summary>
/// A lock that one process holds at a time (an open file description lock). The kernel drops it with the process, so kill -9 leaves none
/// behind, and it can be looked at without being taken. Its file may be removed by who holds it: who opened it before finds that it is gone.
/// </summary>
public sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK
    private const int Look = 36; // F_OFD_GETLK
    private const int Take = 37; // F_OFD_SETLK
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly SafeFileHandle _file;

    private FileLock(SafeFileHandle file) => _file = file;

    /// <param name="path">The lock file; made when missing.</param>
    /// <param name="scope">What is locked, for the message: <c>app hello</c>.</param>
    /// <param name="patience">How long to wait for another holder.</param>
    /// <param name="time">The clock that measures the wait.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateBusy"/> after <paramref name="patience"/>.</exception>
    public static async ValueTask<FileLock> AcquireAsync(
        string path, string scope, TimeSpan patience, TimeProvider time, CancellationToken cancel)
    {
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!);
        var start = time.GetTimestamp();
        while (true)
        {
            if (TryAcquire(path) is { } held)
            {
                return held;
            }

            if (time.GetElapsedTime(start) > patience)
            {
                throw KernelProblems.Busy(scope, patience).AsException();
            }

            await Task.Delay(Poll, time, cancel);
        }
    }

    /// <returns>The lock, or null when another process holds it.</returns>
    public static FileLock? TryAcquire(string path)
    {
        try
        {
            using var folder = HeldFolder.OpenStraight(Path.GetDirectoryName(Path.GetFullPath(path))!);
            return TryAcquire(folder, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    /// <summary>Removes a lock's file, unless a process holds the lock. Who waits for it makes a new one.</summary>
    /// <returns>Whether it is gone.</returns>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static bool TryRemove(string path)
    {
        try
        {
            using var folder = HeldFolder.TryOpenStraight(Path.GetDirectoryName(Path.GetFullPath(path))!);
            if (folder is null || !File.Exists($"{folder.Path}/{Path.GetFileName(path)}"))
            {
                return true;
            }

            using var held = TryAcquire(folder, path);
            return held is not null && Posix.RemoveFile(folder.Descriptor, HeldFolder.Terminated(Path.GetFileName(path)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    /// <summary>
    /// Whether a process holds the lock now. Whoever takes it meanwhile is not hindered, and it works where nothing can be written.
    /// </summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>: it is another user's.</exception>
    public static bool IsHeld(string path)
    {
        using var file = new SafeFileHandle(Posix.Open(path, Posix.ReadOnly | Posix.CloseOnExec | Posix.NoFollow), ownsHandle: true);
        if (file.IsInvalid)
        {
            return SystemFault.LastIsAbsence ? false : throw KernelProblems.NotWritable(path, SystemFault.Last(path)).AsException();
        }

        var found = Posix.FileRegion.Whole;
        return Posix.LockFile((int)file.DangerousGetHandle(), Look, ref found) == 0
            ? found.IsLocked
            : throw KernelProblems.NotWritable(path, SystemFault.Last(path)).AsException();
    }

    /// <summary>
    /// Lets go in so many words: a child of this process, between its fork and its exec, has the file open, too, and would keep the lock.
    /// </summary>
    public void Dispose()
    {
        // Its number may be another file's by now.
        if (_file.IsClosed)
        {
            return;
        }

        var whole = Posix.FileRegion.LetGo;
        _ = Posix.LockFile((int)_file.DangerousGetHandle(), Take, ref whole);
        _file.Dispose();
    }

    private static FileLock? TryAcquire(HeldFolder folder, string path)
    {
        var name = HeldFolder.Terminated(Path.GetFileName(path));
        while (true)
        {
            var file = new SafeFileHandle(Open(folder, name), ownsHandle: true);
            if (file.IsInvalid)
            {
                throw SystemFault.Last(path);
            }

            var whole = Posix.FileRegion.Whole;
            var taken = Posix.LockFile((int)file.DangerousGetHandle(), Take, ref whole) == 0;
            var isHeldElsewhere = !taken && Marshal.GetLastPInvokeError() == WouldBlock;

            // Between opening and locking its last holder may have removed it: then it is nobody's lock any more.
            if (taken && Posix.StatusOf((int)file.DangerousGetHandle()).Names > 0)
            {
                return new FileLock(file);
            }

            using (file)
            {
                if (!taken)
                {
                    return isHeldElsewhere ? null : throw SystemFault.Last(path);
                }
            }
        }
    }

    /// <summary>Never through a link; a new file is its folder's owner's, so that commands of that user can lock as well as root's.</summary>
    private static int Open(HeldFolder folder, byte[] name)
    {
        const int flags = Posix.ReadWrite | Posix.CloseOnExec;
        const uint ownerReadWrite = 0x180; // 0600
        var made = Posix.OpenAt(folder.Descriptor, name, flags | Posix.CreateNew | Posix.NoFollow, ownerReadWrite);
        if (made >= 0)
        {
            folder.GiveOwner(made);
        }

        return made >= 0 ? made : Posix.OpenAt(folder.Descriptor, name, flags | Posix.Create | Posix.NoFollow, ownerReadWrite);
    }
}
