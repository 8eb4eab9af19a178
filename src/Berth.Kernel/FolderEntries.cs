using System.Buffers;
using System.Runtime.InteropServices;

namespace Berth.Kernel;

/// <summary>What lies in a folder, as the kernel tells it: names in bytes, so that one no encoding knows is met too.</summary>
internal static class FolderEntries
{
    public const byte Folder = 4; // DT_DIR
    public const byte Link = 10; // DT_LNK
    public const byte Unknown = 0; // DT_UNKNOWN: some file systems do not say

    // struct linux_dirent64: inode 8, offset 8, length 2, type 1, then the name with its zero.
    private const int LengthAt = 16;
    private const int KindAt = 18;
    private const int NameAt = 19;

    private const int Room = 32 * 1024;

    /// <summary>Called with each entry's name, its zero included, and what the kernel says it is.</summary>
    public delegate void Found(ReadOnlySpan<byte> name, byte kind);

    /// <returns>False when nothing is at the path.</returns>
    /// <exception cref="IOException">It is no folder, or the system refuses.</exception>
    public static bool TryRead(string path, Found found)
    {
        var descriptor = Posix.Open(path, Posix.ReadOnly | Posix.CloseOnExec | Posix.FolderOnly);
        if (descriptor < 0)
        {
            return IsAbsent(path) ? false : throw SystemFault.Last(path);
        }

        try
        {
            Read(descriptor, path, found);
            return true;
        }
        finally
        {
            _ = Posix.Close(descriptor);
        }
    }

    /// <param name="descriptor">The open folder.</param>
    /// <param name="path">Its path, for messages.</param>
    /// <param name="found">Told of each.</param>
    /// <exception cref="IOException">The system's own words.</exception>
    public static void Read(int descriptor, string path, Found found)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Room);
        try
        {
            nint read;
            while ((read = Posix.ReadFolder(descriptor, buffer, (nuint)buffer.Length)) > 0)
            {
                Tell(buffer.AsSpan(0, (int)read), found);
            }

            // A folder that was removed meanwhile has ended.
            if (read < 0 && Marshal.GetLastPInvokeError() != SystemFault.NoSuchEntry)
            {
                throw SystemFault.Last(path);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A path below a file is absent, too; one that is a file is none to list.
    private static bool IsAbsent(string path)
    {
        var error = Marshal.GetLastPInvokeError();
        var isAbsent = error == SystemFault.NoSuchEntry || (error == SystemFault.NotAFolder && Posix.StatusOf(path) is null);
        Marshal.SetLastPInvokeError(error);
        return isAbsent;
    }

    private static void Tell(ReadOnlySpan<byte> entries, Found found)
    {
        while (!entries.IsEmpty)
        {
            var rest = entries[NameAt..];
            var name = rest[..(rest.IndexOf((byte)0) + 1)];
            if (!name.SequenceEqual(".\0"u8) && !name.SequenceEqual("..\0"u8))
            {
                found(name, entries[KindAt]);
            }

            entries = entries[BitConverter.ToUInt16(entries[LengthAt..])..];
        }
    }
}
