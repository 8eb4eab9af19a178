using Berth.Kernel;

namespace Berth.Platform.Processes.Output;

/// <summary>
/// Keeps output files from growing: a file past its limit is copied to the older half and truncated in place, since its writer holds
/// it open (O_APPEND, so the writer goes on at the new end). What is printed between copy and truncation, microseconds, is lost.
/// </summary>
internal static class LogRotation
{
    private const int BlockSize = 128 * 1024;

    /// <returns>True when the file was rotated.</returns>
    public static bool RotateIfLarge(string path, long limit)
    {
        try
        {
            if (new FileInfo(path) is not { Exists: true } info || info.Length <= limit)
            {
                return false;
            }

            using var folder = HeldFolder.TryOpenStraight(Path.GetDirectoryName(path)!);
            if (folder?.TryChange(Path.GetFileName(path)) is not { } handle)
            {
                return false;
            }

            using var file = new FileStream(handle, FileAccess.ReadWrite, bufferSize: 0);
            Rotate(file, folder, Path.GetFileName(path), limit);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Put aside or full disk; the next look tries again.
            return false;
        }
    }

    private static void Rotate(FileStream file, HeldFolder folder, string name, long limit)
    {
        // A writer that was faster than the looks: only the end is kept, or the older half would be as large as it pleases.
        if (file.Length > limit * 2)
        {
            file.Position = file.Length - (limit / 2);
        }

        var older = LogFile.OlderOf(name);
        var temporary = older + AtomicFile.TemporaryEnding;
        using (var copy = new FileStream(folder.Append(temporary, AtomicFile.Private), FileAccess.Write, bufferSize: 0))
        {
            copy.SetLength(0);
            Copy(file, copy, limit * 2);
        }

        folder.Rename(temporary, older);
        file.SetLength(0);
    }

    private static void Copy(FileStream from, FileStream to, long most)
    {
        var buffer = new byte[BlockSize];
        int read;
        while (to.Length < most && (read = from.Read(buffer)) > 0)
        {
            to.Write(buffer, 0, read);
        }
    }
}
