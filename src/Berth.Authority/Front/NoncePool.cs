using System.Buffers.Binary;
using System.Security.Cryptography;
using Berth.Acme.Protocol;

namespace Berth.Authority.Front;

/// <summary>Makes nonces and takes each one once (RFC 8555 §6.5), in fixed memory.</summary>
/// <remarks>
/// A nonce is a counter with a MAC: nobody can make one up, and none needs to be stored. A ring remembers which of the newest
/// are still open; older ones are refused, which costs an honest client one more try. A flood cannot grow anything.
/// </remarks>
internal sealed class NoncePool : INonces
{
    /// <summary>How many of the newest nonces are usable; half a mebibyte.</summary>
    internal const int Window = 1 << 16;

    private const int CounterLength = sizeof(long);
    private const int TagLength = 16;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly long[] _open = new long[Window];
    private long _counter;

    public string Next()
    {
        var counter = Interlocked.Increment(ref _counter);
        Volatile.Write(ref _open[counter % Window], counter);
        Span<byte> nonce = stackalloc byte[CounterLength + TagLength];
        BinaryPrimitives.WriteInt64BigEndian(nonce, counter);
        Tag(counter, nonce[CounterLength..]);
        return StrictBase64Url.Encode(nonce);
    }

    public ValueTask<bool> TryTakeAsync(string? nonce, CancellationToken cancel) => ValueTask.FromResult(TryTake(nonce));

    /// <returns>True the first time, for a nonce made here and not too long ago.</returns>
    internal bool TryTake(string? nonce)
    {
        if (!StrictBase64Url.TryDecode(nonce, out var bytes) || bytes.Length != CounterLength + TagLength)
        {
            return false;
        }

        var counter = BinaryPrimitives.ReadInt64BigEndian(bytes);
        Span<byte> tag = stackalloc byte[TagLength];
        Tag(counter, tag);
        return CryptographicOperations.FixedTimeEquals(tag, bytes.AsSpan(CounterLength))
            && Interlocked.CompareExchange(ref _open[counter % Window], 0, counter) == counter;
    }

    private void Tag(long counter, Span<byte> tag)
    {
        Span<byte> message = stackalloc byte[CounterLength];
        BinaryPrimitives.WriteInt64BigEndian(message, counter);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, message, mac);
        mac[..TagLength].CopyTo(tag);
    }
}
