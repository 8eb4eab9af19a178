using System.Security.Cryptography;
using Berth.Authority.Front;

namespace Berth.Authority.Testing;

/// <summary>Refuses some good nonces, so that a client shows that it tries again.</summary>
internal sealed class TestNonces(INonces inner, int percent) : INonces
{
    public string Next() => inner.Next();

    public async ValueTask<bool> TryTakeAsync(string? nonce, CancellationToken cancel) =>
        await inner.TryTakeAsync(nonce, cancel) && RandomNumberGenerator.GetInt32(100) >= percent;
}
