using Berth.Storage;

namespace Berth.Platform.Certs;

/// <summary>What is kept of each certificate that an ACME server issued: a folder each, its files named as Dokku's plugin names them.</summary>
internal static class KeptPairs
{
    /// <param name="store">Where they lie.</param>
    /// <param name="bundle">One certificate's folder.</param>
    /// <returns>Null for what is not there.</returns>
    public static (string? Chain, string? Key) Read(IStateStore store, StatePath bundle)
    {
        var folder = bundle.Slash("certificates");
        var file = store.List(folder).FirstOrDefault(entry => entry.EndsWith(".key", StringComparison.Ordinal))?[..^4];
        return file is null ? (null, null) : (store.Read(folder.Slash(file + ".crt")), store.Read(folder.Slash(file + ".key")));
    }
}
