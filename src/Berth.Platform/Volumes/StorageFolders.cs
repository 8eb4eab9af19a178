using Berth.Kernel;
using Berth.Platform.CommandLine;

namespace Berth.Platform.Volumes;

/// <summary>
/// The folders of storage. Berth may be root while its caller is not, so it makes folders and changes owners directly below
/// <c>data/storage</c> only: nobody can have it make or give away one elsewhere, by a path or by a link an app planted.
/// </summary>
public sealed class StorageFolders(EntryStore entries)
{
    public string PathOf(string name) => $"{entries.Root}/{name}";

    /// <returns>Whether the folder lies where Berth may make and give away folders.</returns>
    public bool IsOurs(string path) =>
        Path.GetDirectoryName(path) == entries.Root && Path.GetFileName(path) is { Length: > 0 } name && name is not ("." or "..");

    /// <returns>Whether the folder had to be made.</returns>
    public static bool Make(string path)
    {
        if (Directory.Exists(path))
        {
            return false;
        }

        PrivateFolder.Ensure(path, PrivateFolder.PublicRead);
        return true;
    }

    /// <summary>Gives a folder and what is in it to an account; says so when this process cannot.</summary>
    public static void Give(string path, uint owner, CommandOutput output)
    {
        if (!CurrentUser.IsRoot)
        {
            output.Warn($"Only root can give folders away: {path} stays with its owner, the account that also runs the apps.");
            return;
        }

        try
        {
            new FileOwner(owner, owner).TakeTree(path);
        }
        catch (IOException e)
        {
            throw KernelProblems.NotWritable(path, e.Message).AsException(e);
        }
    }
}
