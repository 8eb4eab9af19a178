using Berth.Authority.Signing;

namespace Berth.Authority.Front;

/// <summary>What anyone may fetch, over plain HTTP too: CRLs, the issuers' certificates and the root.</summary>
internal sealed class Publication(Hierarchy hierarchy, RevocationLists lists)
{
    private const string Crl = "application/pkix-crl"; // RFC 5280 §4.2.1.13, RFC 2585 §4.2
    private const string Certificate = "application/pkix-cert"; // RFC 5280 §4.2.2.1, RFC 2585 §4.1

    private readonly string _rootPem = hierarchy.Root.ExportCertificatePem() + "\n";

    /// <param name="path">The path of a GET request.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>Null when nothing is published there.</returns>
    internal async Task<Reply?> FindAsync(string path, CancellationToken cancel) => path switch
    {
        "/root.pem" => Reply.Text("application/x-pem-file", _rootPem) with { CacheControl = "public, max-age=86400" },
        "/root.cer" => Der(Certificate, hierarchy.Root.RawData, "public, max-age=86400"),
        _ when IdIn(path, "/issuer/", ".cer") is { } id && hierarchy.Find(id) is { } issuer
            => Der(Certificate, issuer.Certificate.RawData, "public, max-age=86400"),
        // A revocation shows at once; a cache may hold it back for five minutes at most.
        _ when IdIn(path, "/crl/", ".crl") is { } id && await lists.FindAsync(id, cancel) is { } list
            => Der(Crl, list, "public, max-age=300"),
        _ when IdIn(path, "/crl/", ".crl") is { } both && both.Split('/') is [var id, var shard] && await lists.FindAsync(id, cancel, shard) is { } list
            => Der(Crl, list, "public, max-age=300"),
        _ => null,
    };

    private static string? IdIn(string path, string start, string end) =>
        path.StartsWith(start, StringComparison.Ordinal) && path.EndsWith(end, StringComparison.Ordinal)
            && path.Length > start.Length + end.Length
            ? path[start.Length..^end.Length]
            : null;

    private static Reply Der(string contentType, byte[] der, string cacheControl) =>
        new() { ContentType = contentType, Body = der, CacheControl = cacheControl };
}
