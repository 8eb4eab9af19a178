using Berth.Kernel;
using Berth.Storage;
using Microsoft.Win32.SafeHandles;

namespace Berth.Platform.Processes.Output;

/// <summary>
/// Opens what was printed and kept. Its folders may belong to another account than the daemon that is root, which then follows no link
/// there (docs/decisions/0015).
/// </summary>
internal static class KeptFile
{
    /// <returns>The file; null when there is none, or it cannot be read just now.</returns>
    /// <exception cref="ProblemException"><see cref="StorageProblems.StateUnreadable"/>: a link leads elsewhere.</exception>
    public static SafeFileHandle? TryRead(string path)
    {
        try
        {
            return Read(path);
        }
        catch (ProblemException e) when (e.InnerException is not StrayLinkException)
        {
            return null;
        }
    }

    /// <returns>The file; null when there is none.</returns>
    /// <exception cref="ProblemException"><see cref="StorageProblems.StateUnreadable"/>.</exception>
    public static SafeFileHandle? Read(string path)
    {
        try
        {
            using var folder = HeldFolder.TryOpenStraight(Path.GetDirectoryName(path)!);
            return folder?.TryRead(Path.GetFileName(path));
        }
        catch (Exception e) when (e is StrayLinkException or IOException or UnauthorizedAccessException)
        {
            throw StorageProblems.Unreadable(path, e).AsException(e);
        }
    }

    /// <summary>Adds to the end of a file, which is put aside first when it has grown beyond the limit.</summary>
    /// <param name="path">Which; made when missing, with its folders.</param>
    /// <param name="bytes">What to add.</param>
    /// <param name="rule">How it is kept.</param>
    /// <exception cref="ProblemException"><see cref="KernelProblems.StateNotWritable"/>.</exception>
    public static void Append(string path, ReadOnlySpan<byte> bytes, KeepRule rule)
    {
        using var folder = PrivateFolder.HoldStraight(Path.GetDirectoryName(path)!, rule.FolderMode);
        try
        {
            Append(folder, Path.GetFileName(path), bytes, rule);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw KernelProblems.NotWritable(path, e).AsException(e);
        }
    }

    private static void Append(HeldFolder folder, string name, ReadOnlySpan<byte> bytes, KeepRule rule)
    {
        var file = folder.Append(name, rule.Mode);
        if (RandomAccess.GetLength(file) > rule.Limit)
        {
            file.Dispose();
            folder.Rename(name, rule.Older);
            file = folder.Append(name, rule.Mode);
        }

        using (file)
        {
            Posix.Write((int)file.DangerousGetHandle(), bytes);
        }
    }
}
