using Berth.Kernel;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt;

/// <summary>
/// The file of roots that <c>LEGO_CA_CERTIFICATES</c> names in the daemon's environment. A command that runs beside the daemon has another environment, and is to
/// tell of the same certificates.
/// </summary>
public static class TrustFile
{
    private static readonly StatePath Kept = StatePath.Lib("data", "letsencrypt", PropertyStore.Global, "trust-file");

    /// <param name="own">What this process was started with; null for nothing.</param>
    /// <param name="store">Where the daemon keeps what it was started with.</param>
    /// <param name="inDaemon">Whether this is the daemon.</param>
    /// <returns>Its path; null for none.</returns>
    public static string? Of(string? own, IStateStore store, bool inDaemon)
    {
        own = own is { Length: > 0 } ? Path.GetFullPath(own) : null;
        try
        {
            if (!inDaemon)
            {
                return store.Read(Kept) ?? own;
            }

            if (store.Read(Kept) != own)
            {
                Keep(store, own);
            }
        }
        catch (ProblemException)
        {
            // A disk that is full, or a file of somebody else's: the daemon has its own.
        }

        return own;
    }

    private static void Keep(IStateStore store, string? path)
    {
        if (path is null)
        {
            store.Delete(Kept);
        }
        else
        {
            store.Write(Kept, path);
        }
    }
}
