namespace Berth.Kernel;

/// <summary>Creates folders with the mode and owner their secrets need.</summary>
public static class PrivateFolder
{
    public const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    public const UnixFileMode GroupRead = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    public const UnixFileMode PublicRead = GroupRead | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Makes the folder and its missing parents; one that exists keeps its mode. As root through nobody else's link.</summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static void Ensure(string path, UnixFileMode mode = OwnerOnly) => HoldStraight(path, mode).Dispose();

    /// <summary>Makes a folder below a root, and its missing parents, and holds it.</summary>
    /// <param name="path">Which: the root itself, or one below it.</param>
    /// <param name="mode">Of what is made; parents let the same people pass.</param>
    /// <param name="root">Made when missing, for all to pass, and leads where its owner wants.</param>
    /// <param name="isAllowed">Asked with the path that the deepest existing folder truly lies at; null allows any.</param>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static HeldFolder Hold(string path, UnixFileMode mode, string root, Func<string, bool>? isAllowed)
    {
        try
        {
            return HoldEach(Path.GetFullPath(path), mode, Path.GetFullPath(root), isAllowed);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    /// <summary>Makes the folder and its missing parents, and holds it; as root through nobody else's link (<see cref="HeldFolder.TryOpenStraight"/>).</summary>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static HeldFolder HoldStraight(string path, UnixFileMode mode = OwnerOnly)
    {
        try
        {
            return StraightEach(Path.GetFullPath(path), mode);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    /// <summary>Makes a tree of many new files survive a power cut, in one call instead of one for each.</summary>
    public static void SyncTree(string folder) => Posix.SyncFileSystem(folder);

    private static HeldFolder StraightEach(string path, UnixFileMode mode)
    {
        if (HeldFolder.TryOpenStraight(path) is { } there)
        {
            return there;
        }

        using var parent = StraightEach(Path.GetDirectoryName(path)!, Passable(mode));
        return parent.Make(Path.GetFileName(path), mode);
    }

    // Parents let the same people pass.
    private static UnixFileMode Passable(UnixFileMode mode) => mode | (PublicRead & (UnixFileMode)0b001_001_001);

    private static HeldFolder HoldEach(string path, UnixFileMode mode, string? root, Func<string, bool>? isAllowed)
    {
        if (HeldFolder.TryOpen(path) is { } there)
        {
            if (isAllowed is null || isAllowed(there.RealPath))
            {
                return there;
            }

            there.Dispose();
            throw new IOException($"a link leads from {Printable.Of(path)} to {Printable.Of(there.RealPath)}, which is none of Berth's folders");
        }

        if (path == root)
        {
            (mode, root, isAllowed) = (PublicRead, null, null);
        }

        using var parent = HoldEach(Path.GetDirectoryName(path)!, Passable(mode), root, isAllowed);
        return parent.Make(Path.GetFileName(path), mode);
    }
}
