namespace Berth.Kernel;

/// <summary>Creates folders with the mode and owner their secrets need.</summary>
public static class PrivateFolder
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public const UnixFileMode GroupRead = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    public const UnixFileMode PublicRead = GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder and its missing parents; one that exists keeps its mode.</summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static void Ensure(string path, UnixFileMode mode = OwnerOnly)
    {
        try
        {
            EnsureEach(Path.GetFullPath(path), mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e.Message).AsException(e);
        }
    }

    /// <summary>Makes a tree of many new files survive a power cut, in one call instead of one for each.</summary>
    public static void SyncTree(string folder) => Posix.SyncFileSystem(folder);

    private static void EnsureEach(string path, UnixFileMode mode)
    {
        if (Directory.Exists(path))
        {
            return;
        }

        var parent = Path.GetDirectoryName(path)!;
        EnsureEach(parent, mode | PublicRead & (UnixFileMode)0b001_001_001);
        Directory.CreateDirectory(path, mode);
        File.SetUnixFileMode(path, mode);
        Posix.CopyOwner(parent, path);
    }
}
