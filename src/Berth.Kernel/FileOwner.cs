namespace Berth.Kernel;

/// <summary>The account a file belongs to, as numbers.</summary>
public sealed record FileOwner(uint User, uint Group)
{
    /// <returns>The owner, or null when there is no such path.</returns>
    public static FileOwner? Of(string path) => Posix.OwnerOf(path);

    /// <returns>The owner of a path itself, of a link and not of what it leads to; null when there is nothing.</returns>
    public static FileOwner? OfItself(string path) => Posix.OwnerOf(path, itself: true);

    /// <summary>Gives one path to this account; a link itself, never what it leads to. Needs root.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    public void Take(string path) => Posix.ChangeOwnerOf(path, this);

    /// <summary>Gives a folder and all below it to an account; links themselves, never what they lead to. Needs root.</summary>
    /// <exception cref="IOException">The system's own words.</exception>
    public void TakeTree(string folder)
    {
        Posix.ChangeOwnerOf(folder, this);
        var everything = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };
        foreach (var path in Directory.EnumerateFileSystemEntries(folder, "*", everything))
        {
            Posix.ChangeOwnerOf(path, this);
        }
    }
}
