using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>An issuer's private key, usable from many threads at once.</summary>
/// <remarks>One ECDsa object must not be shared between threads, so each signature borrows one from a pool.</remarks>
internal sealed class SigningKey : IDisposable
{
    private readonly ConcurrentBag<ECDsa> _idle = [];
    private readonly ECParameters _parameters;

    internal SigningKey(ECDsa key)
    {
        _parameters = key.ExportParameters(includePrivateParameters: true);
        Hash = key.KeySize >= 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        PublicKey = new PublicKey(key);
        _idle.Add(key);
    }

    /// <summary>The hash as strong as the key: SHA-384 for P-384, SHA-256 for P-256.</summary>
    internal HashAlgorithmName Hash { get; }

    internal PublicKey PublicKey { get; }

    /// <summary>Runs <paramref name="sign"/> with a generator that no other thread uses meanwhile.</summary>
    internal T Sign<T>(Func<X509SignatureGenerator, T> sign)
    {
        if (!_idle.TryTake(out var key))
        {
            key = ECDsa.Create(_parameters);
        }

        try
        {
            return sign(X509SignatureGenerator.CreateForECDsa(key));
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(_parameters.D);
    }
}
