using Berth.Storage;

namespace Berth.Platform.Certs;

/// <summary>What is kept of each certificate that an ACME server issued: a folder each, its files named as Dokku's plugin names them. What cannot be read is not there.</summary>
internal static class KeptPairs
{
    private const string Pointer = "current";

    /// <param name="store">Where they lie.</param>
    /// <param name="bundle">One certificate's folder.</param>
    public static (string? Chain, string? Key) Read(IStateStore store, StatePath bundle)
    {
        var folder = bundle.Slash("certificates");
        var file = store.ListOrNone(folder).FirstOrDefault(entry => entry.EndsWith(".key", StringComparison.Ordinal))?[..^4];
        return file is null ? (null, null) : (store.ReadOrNull(folder.Slash(file + ".crt")), store.ReadOrNull(folder.Slash(file + ".key")));
    }

    /// <summary>The pair issued last.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="certificates">The folder of all that an app has.</param>
    public static (string? Chain, string? Key) ReadCurrent(IStateStore store, StatePath certificates) =>
        FolderOf(store, certificates) is { } current ? Read(store, current) : (null, null);

    /// <summary>Every chain kept of the certificate issued last: lego's files, before them simp_le's.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="certificates">The folder of all that an app has.</param>
    public static IEnumerable<string?> ChainsOfCurrent(IStateStore store, StatePath certificates)
    {
        if (FolderOf(store, certificates) is not { } current)
        {
            return [];
        }

        return store.ListOrNone(current.Slash("certificates"))
            .Where(name => name.EndsWith(".crt", StringComparison.Ordinal) && !name.EndsWith(".issuer.crt", StringComparison.Ordinal))
            .Select(name => store.ReadOrNull(current.Slash("certificates", name)))
            .Append(store.ReadOrNull(current.Slash("fullchain.pem")));
    }

    /// <summary>The folder of the certificate issued last; never one outside of an app's own, wherever a hand has the pointer lead.</summary>
    /// <param name="store">Where they lie.</param>
    /// <param name="certificates">The folder of all that an app has.</param>
    /// <returns>Its name; null when the pointer leads nowhere.</returns>
    public static string? CurrentOf(IStateStore store, StatePath certificates) =>
        new FileInfo(store.FileOf(certificates.Slash(Pointer))).LinkTarget is { } target
        && Path.GetFileName(target.TrimEnd('/')) is { Length: > 0 } name and not ("." or ".." or Pointer)
        && store.Exists(certificates.Slash(name)) ? name : null;

    // A copy of the folder may have made a folder of the pointer.
    private static StatePath? FolderOf(IStateStore store, StatePath certificates) =>
        CurrentOf(store, certificates) is { } name ? certificates.Slash(name)
        : new DirectoryInfo(store.FileOf(certificates.Slash(Pointer))) is { Exists: true, LinkTarget: null } ? certificates.Slash(Pointer)
        : null;
}
