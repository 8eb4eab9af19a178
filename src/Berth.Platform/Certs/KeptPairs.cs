using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Certs;

/// <summary>What is kept of each certificate that an ACME server issued: a folder each, its files named as Dokku's plugin names them.</summary>
internal static class KeptPairs
{
    private const string Pointer = "current";

    /// <param name="store">Where they lie.</param>
    /// <param name="bundle">One certificate's folder.</param>
    /// <returns>Null for what is not there or cannot be read.</returns>
    public static (string? Chain, string? Key) Read(IStateStore store, StatePath bundle)
    {
        try
        {
            var folder = bundle.Slash("certificates");
            var file = store.List(folder).FirstOrDefault(entry => entry.EndsWith(".key", StringComparison.Ordinal))?[..^4];
            return file is null ? (null, null) : (store.Read(folder.Slash(file + ".crt")), store.Read(folder.Slash(file + ".key")));
        }
        catch (ProblemException)
        {
            return (null, null);
        }
    }

    /// <summary>The folder of the certificate issued last; never one outside of an app's own, wherever a hand has the pointer lead.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="certificates">The folder of all that an app has.</param>
    /// <returns>Its name; null when the pointer leads nowhere.</returns>
    public static string? CurrentOf(IStateStore store, StatePath certificates) =>
        new FileInfo(store.FileOf(certificates.Slash(Pointer))).LinkTarget is { } target
        && Path.GetFileName(target.TrimEnd('/')) is { Length: > 0 } name and not ("." or ".." or Pointer)
        && store.Exists(certificates.Slash(name)) ? name : null;

    /// <summary>As <see cref="CurrentOf"/>, also where a copy of the folder has made a folder of the pointer.</summary>
    public static string? FolderOf(IStateStore store, StatePath certificates) =>
        CurrentOf(store, certificates)
        ?? (new DirectoryInfo(store.FileOf(certificates.Slash(Pointer))) is { Exists: true, LinkTarget: null } ? Pointer : null);
}
