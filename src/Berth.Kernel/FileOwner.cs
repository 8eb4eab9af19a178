namespace Berth.Kernel;

/// <summary>The account a file belongs to, as numbers.</summary>
public sealed record FileOwner(uint User, uint Group)
{
    /// <returns>The owner, or null when there is no such path.</returns>
    public static FileOwner? Of(string path) => Posix.OwnerOf(path);
}
