using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace Berth.Acme.Issuing;

/// <summary>
/// The certificates that a CA signs with, each read by OpenSSL once: a few sign very many, and a key takes half a millisecond to read.
/// </summary>
internal sealed class KnownIssuers
{
    private const int Most = 16;
    private readonly ConcurrentDictionary<string, SignerKey> _keys = new(StringComparer.Ordinal);

    /// <exception cref="CryptographicException">OpenSSL cannot read the certificate.</exception>
    internal SignerKey KeyOf(ChainCertificate issuer)
    {
        var digest = Convert.ToHexString(SHA256.HashData(issuer.Der));
        if (_keys.TryGetValue(digest, out var known))
        {
            return known;
        }

        issuer.RequireReadable();
        if (_keys.Count >= Most)
        {
            // Its users may be at work with it: the collector frees it.
            _keys.Clear();
        }

        return _keys[digest] = new SignerKey(issuer.Fields.PublicKey);
    }
}
