using System.Buffers.Binary;
using System.Security.Cryptography;
using Berth.Acme.Protocol;
using Berth.Authority.Storage;

namespace Berth.Authority.Front;

/// <summary>Nonces that every node of a database takes: each holds its time and a MAC of a key they share, and the database remembers those that are used.</summary>
/// <remarks>What was not given out by a node is refused before the database is asked, so a flood of made-up nonces costs a hash each.</remarks>
internal sealed class SharedNonces(byte[] key, IAuthorityStore store, TimeProvider time) : INonces
{
    /// <summary>How long one is good; used ones are remembered longer.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    private static readonly TimeSpan ClocksApart = TimeSpan.FromMinutes(5);
    /// <summary>How long a used one is remembered: as long as any node's clock may find it good, twice over.</summary>
    internal static readonly TimeSpan Remembered = 2 * Lifetime;

    private const int BodyLength = sizeof(long) + 16;
    private const int TagLength = 16;

    public string Next()
    {
        Span<byte> nonce = stackalloc byte[BodyLength + TagLength];
        BinaryPrimitives.WriteInt64BigEndian(nonce, time.GetUtcNow().ToUnixTimeMilliseconds());
        RandomNumberGenerator.Fill(nonce[sizeof(long)..BodyLength]);
        Tag(nonce[..BodyLength], nonce[BodyLength..]);
        return StrictBase64Url.Encode(nonce);
    }

    public async ValueTask<bool> TryTakeAsync(string? nonce, CancellationToken cancel) =>
        IsOurs(nonce) && await store.UseNonceAsync(nonce!, time.GetUtcNow(), cancel);

    private bool IsOurs(string? nonce)
    {
        if (!StrictBase64Url.TryDecode(nonce, out var bytes) || bytes.Length != BodyLength + TagLength)
        {
            return false;
        }

        Span<byte> tag = stackalloc byte[TagLength];
        Tag(bytes.AsSpan(0, BodyLength), tag);
        var age = time.GetUtcNow().ToUnixTimeMilliseconds() - BinaryPrimitives.ReadInt64BigEndian(bytes);
        return CryptographicOperations.FixedTimeEquals(tag, bytes.AsSpan(BodyLength))
            && age <= Lifetime.TotalMilliseconds && age >= -ClocksApart.TotalMilliseconds;
    }

    private void Tag(ReadOnlySpan<byte> body, Span<byte> tag)
    {
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, body, mac);
        mac[..TagLength].CopyTo(tag);
    }
}
