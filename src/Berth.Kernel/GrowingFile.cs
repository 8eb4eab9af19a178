namespace Berth.Kernel;

/// <summary>Adds to the end of a file, durably. A crash in the middle leaves a part of what was added, never less of what was there.</summary>
public static class GrowingFile
{
    /// <summary>Adds; a new file has this mode and its folder's owner, and its name is on disk as well when this returns.</summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static void Append(string path, ReadOnlySpan<byte> content, UnixFileMode mode = AtomicFile.Private)
    {
        using var folder = PrivateFolder.Hold(Path.GetDirectoryName(Path.GetFullPath(path))!);
        try
        {
            var held = $"{folder.Path}/{Path.GetFileName(path)}";
            var isNew = !File.Exists(held);
            using var file = new FileStream(held, new FileStreamOptions
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.ReadWrite,
                BufferSize = 0,
                UnixCreateMode = mode,
            });
            if (isNew)
            {
                folder.GiveOwner((int)file.SafeFileHandle.DangerousGetHandle());
            }

            file.Write(content);
            file.Flush(flushToDisk: true);
            if (isNew)
            {
                folder.Sync();
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }
}
