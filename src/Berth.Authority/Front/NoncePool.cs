using System.Buffers.Binary;
using System.Security.Cryptography;
using Berth.Acme.Protocol;

namespace Berth.Authority.Front;

/// <summary>Makes nonces and takes each one once (RFC 8555 §6.5), in fixed memory.</summary>
/// <remarks>
/// A nonce is a place in a ring and 64 random bits: nobody can make one up. The ring remembers the bits of the newest that are still open; older
/// ones are refused, which costs an honest client one more try. A flood cannot grow anything.
/// </remarks>
internal sealed class NoncePool : INonces
{
    /// <summary>How many of the newest nonces are usable; half a mebibyte.</summary>
    internal const int Window = 1 << 16;

    private const int Length = sizeof(ushort) + sizeof(long);

    private readonly long[] _open = new long[Window];
    private long _counter;

    public string Next()
    {
        var place = (ushort)Interlocked.Increment(ref _counter);
        Span<byte> nonce = stackalloc byte[Length];
        BinaryPrimitives.WriteUInt16BigEndian(nonce, place);
        RandomNumberGenerator.Fill(nonce[sizeof(ushort)..]);
        Volatile.Write(ref _open[place], BinaryPrimitives.ReadInt64BigEndian(nonce[sizeof(ushort)..]));
        return StrictBase64Url.Encode(nonce);
    }

    public ValueTask<bool> TryTakeAsync(string? nonce, CancellationToken cancel) => ValueTask.FromResult(TryTake(nonce));

    /// <returns>True the first time, for a nonce made here and not too long ago.</returns>
    internal bool TryTake(string? nonce)
    {
        if (!StrictBase64Url.TryDecode(nonce, out var bytes) || bytes.Length != Length)
        {
            return false;
        }

        var (place, random) = (BinaryPrimitives.ReadUInt16BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(sizeof(ushort))));
        // Zero is what a place holds that is taken, or was never given.
        return random != 0 && Interlocked.CompareExchange(ref _open[place], 0, random) == random;
    }
}
