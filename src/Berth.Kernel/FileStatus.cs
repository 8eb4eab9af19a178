namespace Berth.Kernel;

/// <summary>What the kernel says of a file (statx(2)).</summary>
/// <param name="User">The account it belongs to.</param>
/// <param name="Group">Its group.</param>
/// <param name="Mode">Kind and permissions, as in st_mode.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Names">How many directory entries lead to it.</param>
/// <param name="Stamp">What tells this state of it from others.</param>
internal readonly record struct FileStatus(uint User, uint Group, uint Mode, long Size, uint Names, FileStamp Stamp)
{
    private const uint Kind = 0xf000; // S_IFMT

    public bool IsPlain => (Mode & Kind) == 0x8000; // S_IFREG

    public bool IsFolder => (Mode & Kind) == 0x4000; // S_IFDIR

    public bool IsLink => (Mode & Kind) == 0xa000; // S_IFLNK

    /// <summary>Whether only an entry's owner, or the folder's, may move it away (S_ISVTX).</summary>
    public bool IsSticky => (Mode & 0x200) != 0;

    /// <summary>Whether root alone decides what lies in it: nobody else may put a link there.</summary>
    public bool IsRootsAlone => User == 0 && (Mode & 0x12) == 0; // 022: neither the group nor others write
}
