using System.Buffers.Binary;

namespace Berth.Edge.Tls;

/// <summary>Reads the vectors TLS messages are made of (RFC 8446 §3.4); past the end it reads nothing and says so.</summary>
internal ref struct HelloReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    internal readonly bool IsEmpty => _rest.IsEmpty;

    internal bool TryTake(int count, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (count > _rest.Length)
        {
            return false;
        }

        taken = _rest[..count];
        _rest = _rest[count..];
        return true;
    }

    internal bool TryNumber(out int number)
    {
        var read = TryTake(2, out var taken);
        number = read ? BinaryPrimitives.ReadUInt16BigEndian(taken) : 0;
        return read;
    }

    /// <summary>A vector with its length, of one byte or two, in front.</summary>
    internal bool TryVector(int lengthBytes, out ReadOnlySpan<byte> vector)
    {
        vector = default;
        if (!TryTake(lengthBytes, out var length))
        {
            return false;
        }

        return TryTake(lengthBytes == 1 ? length[0] : BinaryPrimitives.ReadUInt16BigEndian(length), out vector);
    }
}
