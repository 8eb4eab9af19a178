using System.Numerics;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Storage;

namespace Berth.Authority.Signing;

/// <summary>Keeps one signed CRL per intermediate; a revocation makes it anew, and so does its age (RFC 5280 §5).</summary>
internal sealed class RevocationLists(Hierarchy hierarchy, IAuthorityStore store, TimeProvider time) : IDisposable
{
    /// <summary>How long a reader may keep one.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    /// <summary>How old one may get here before it is signed again.</summary>
    internal static readonly TimeSpan Refresh = TimeSpan.FromHours(12);

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (long Revision, DateTimeOffset Made, byte[] Der)> _lists = [];
    private long _revision;

    /// <summary>Called after a revocation is stored: lists handed out from now on carry it.</summary>
    internal void Changed() => Interlocked.Increment(ref _revision);

    /// <returns>DER, or null when there is no such issuer.</returns>
    internal async Task<byte[]?> FindAsync(string issuerId, CancellationToken cancel)
    {
        if (hierarchy.Find(issuerId) is not { } issuer)
        {
            return null;
        }

        await _one.WaitAsync(cancel);
        try
        {
            var (revision, now) = (Interlocked.Read(ref _revision), time.GetUtcNow());
            if (!_lists.TryGetValue(issuerId, out var list) || list.Revision != revision || now - list.Made > Refresh)
            {
                list = (revision, now, await BuildAsync(issuer, now, cancel));
                _lists[issuerId] = list;
            }

            return list.Der;
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<byte[]> BuildAsync(Issuer issuer, DateTimeOffset now, CancellationToken cancel)
    {
        var number = await store.NextCrlNumberAsync(issuer.Id, cancel);
        var builder = new CertificateRevocationListBuilder();
        foreach (var revoked in await store.ListRevokedAsync(issuer.Id, now, cancel))
        {
            builder.AddEntry(Convert.FromHexString(revoked.Serial), revoked.At, ReasonOf(revoked.Reason));
        }

        return issuer.Key.Sign(generator => builder.Build(
            issuer.Certificate.SubjectName, generator, new BigInteger(number), now + Lifetime, issuer.Key.Hash,
            issuer.AuthorityKeyIdentifier, now - LeafIssuer.Backdate));
    }

    // RFC 5280 §5.3.1: "unspecified" is better left out than written.
    private static X509RevocationReason? ReasonOf(int reason) => reason == 0 ? null : (X509RevocationReason)reason;

    public void Dispose() => _one.Dispose();
}
