using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>A private key in this program's memory.</summary>
/// <remarks>One ECDsa object must not be shared between threads, so each signature borrows one from a pool.</remarks>
internal sealed class SoftKey : SigningKey
{
    private readonly ConcurrentBag<ECDsa> _idle = [];
    private readonly ECParameters _parameters;

    internal SoftKey(ECDsa key)
        : base(new PublicKey(key), key.KeySize)
    {
        _parameters = key.ExportParameters(includePrivateParameters: true);
        _idle.Add(key);
    }

    internal override byte[] Sign(ReadOnlySpan<byte> data)
    {
        if (!_idle.TryTake(out var key))
        {
            key = ECDsa.Create(_parameters);
        }

        try
        {
            return key.SignHash(Digest(data), DSASignatureFormat.Rfc3279DerSequence);
        }
        finally
        {
            _idle.Add(key);
        }
    }

    public override void Dispose()
    {
        while (_idle.TryTake(out var key))
        {
            key.Dispose();
        }

        CryptographicOperations.ZeroMemory(_parameters.D);
    }
}
