namespace Berth.Kernel;

/// <summary>
/// A lock that one process holds at a time (flock on a file). The kernel drops it with the process, so kill -9 leaves none behind.
/// </summary>
public sealed class FileLock : IDisposable
{
    private const int WouldBlock = 11; // EWOULDBLOCK: .NET hands the errno through as HResult
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);
    private readonly FileStream _file;

    private FileLock(FileStream file) => _file = file;

    /// <param name="path">The lock file; made when missing, never deleted.</param>
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
            var isNew = !File.Exists(path);
            var file = new FileStream(path, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.None,
                BufferSize = 0,
                UnixCreateMode = AtomicFile.Private,
            });
            if (isNew)
            {
                // Made by root, it must still be open to the account that the folder belongs to.
                Posix.CopyOwner(Path.GetDirectoryName(path)!, path);
            }

            return new FileLock(file);
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e.Message).AsException(e);
        }
    }

    public void Dispose() => _file.Dispose();
}
