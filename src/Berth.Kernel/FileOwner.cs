namespace Berth.Kernel;

/// <summary>The account a file belongs to, as numbers.</summary>
public sealed record FileOwner(uint User, uint Group)
{
    /// <returns>The owner, or null when there is no such path.</returns>
    public static FileOwner? Of(string path) => Posix.StatusOf(path) is { } status ? new FileOwner(status.User, status.Group) : null;

    /// <summary>Whose rights a program that is root works with in a folder: its owner's.</summary>
    /// <returns>Null where that is the account we have, or the only one.</returns>
    public static FileOwner? ToBecomeIn(string folder) => CurrentUser.IsRoot && Of(folder) is { User: not 0 } owner ? owner : null;

    /// <summary>Whether a folder is root's and nobody else may change what lies in it.</summary>
    public static bool IsRootsAlone(string folder) => Posix.StatusOf(folder) is { IsFolder: true, IsRootsAlone: true };

    /// <returns>The owner of a path itself, of a link and not of what it leads to; null when there is nothing.</returns>
    public static FileOwner? OfItself(string path) =>
        Posix.StatusOf(path, follow: false) is { } status ? new FileOwner(status.User, status.Group) : null;

    /// <summary>Gives one path to this account; a link itself, never what it leads to. Needs root.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    public void Take(string path)
    {
        using var folder = HeldFolder.Open(Path.GetDirectoryName(Path.GetFullPath(path))!);
        Posix.ChangeOwnerOf(folder.Descriptor, HeldFolder.Terminated(Path.GetFileName(path)), this);
    }

    /// <summary>Gives a folder and all below it to an account; links themselves, never what they lead to. Needs root.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    public void TakeTree(string folder) => FolderTree.Give(folder, this);
}
