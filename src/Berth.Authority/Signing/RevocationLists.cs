using Berth.Authority.Storage;

namespace Berth.Authority.Signing;

/// <summary>
/// Keeps the signed CRLs of each intermediate: one of everything, and sixteen shards by the last digit of the serial number, which
/// certificates point to. A revocation, by whichever node or command, makes them anew, and so does their age.
/// </summary>
internal sealed class RevocationLists(Hierarchy hierarchy, IAuthorityStore store, TimeProvider time) : IDisposable
{
    /// <summary>How long a reader may keep one.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>How old one may get here before it is signed again.</summary>
    internal static readonly TimeSpan Refresh = TimeSpan.FromHours(12);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (long Revision, DateTimeOffset Made, byte[] Der)> _lists = [];

    /// <summary>Where they are published; ends in a slash. Null where nothing is, and then there are no shards.</summary>
    internal Uri? HttpBase { get; set; }

    /// <summary>The shard of a certificate.</summary>
    /// <param name="serial">Lower-case hexadecimal.</param>
    internal static string ShardOf(string serial) => serial[^1..];

    /// <summary>Where a certificate's CRL is, below the publication's base.</summary>
    internal static string PathOf(string issuerId, string shard) => $"crl/{issuerId}/{shard}.crl";

    /// <param name="issuerId">The intermediate.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="shard">One hexadecimal digit; null for the list of everything.</param>
    /// <returns>DER, or null when there is no such list.</returns>
    internal async Task<byte[]?> FindAsync(string issuerId, CancellationToken cancel, string? shard = null)
    {
        if (hierarchy.Find(issuerId) is not { } issuer || (shard is not null && (HttpBase is null || shard is not [(>= '0' and <= '9') or (>= 'a' and <= 'f')])))
        {
            return null;
        }

        await _one.WaitAsync(cancel);
        try
        {
            var key = $"{issuerId}/{shard}";
            var (revision, now) = (await store.CrlRevisionAsync(issuerId, cancel), time.GetUtcNow());
            if (!_lists.TryGetValue(key, out var list) || list.Revision != revision || now - list.Made > Refresh)
            {
                list = (revision, now, await BuildAsync(issuer, shard, now, cancel));
                _lists[key] = list;
            }

            return list.Der;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<byte[]> BuildAsync(Issuer issuer, string? shard, DateTimeOffset now, CancellationToken cancel)
    {
        var number = await store.NextCrlNumberAsync(shard is null ? issuer.Id : $"{issuer.Id}/{shard}", cancel);
        var revoked = await store.ListRevokedAsync(issuer.Id, now, cancel);
        return RevocationListWriter.Write(
            issuer,
            shard is null ? revoked : revoked.Where(entry => ShardOf(entry.Serial) == shard),
            number,
            now - LeafIssuer.Backdate,
            now + Lifetime,
            shard is null ? null : new Uri(HttpBase!, PathOf(issuer.Id, shard)));
    }

    public void Dispose() => _one.Dispose();
}
