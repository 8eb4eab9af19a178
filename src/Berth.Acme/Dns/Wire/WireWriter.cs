using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Berth.Acme.Dns.Wire;

/// <summary>Writes DNS messages (RFC 1035 §4), names without compression.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    internal byte[] ToArray() => _bytes.WrittenSpan.ToArray();

    internal WireWriter Octet(byte value)
    {
        _bytes.GetSpan(1)[0] = value;
        _bytes.Advance(1);
        return this;
    }

    internal WireWriter Short(int value)
    {
        Span<byte> two = stackalloc byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(two, checked((ushort)value));
        _bytes.Write(two);
        return this;
    }

    internal WireWriter Long(uint value)
    {
        Span<byte> four = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(four, value);
        _bytes.Write(four);
        return this;
    }

    /// <summary>48 bits: a time in seconds (RFC 8945 §4.2).</summary>
    internal WireWriter Time(long seconds) => Short((int)((seconds >> 32) & 0xFFFF)).Long((uint)seconds);

    internal WireWriter Bytes(ReadOnlySpan<byte> bytes)
    {
        _bytes.Write(bytes);
        return this;
    }

    /// <param name="name">ASCII labels with dots between; a trailing dot is ignored, the empty name is the root.</param>
    /// <exception cref="FormatException">A label is empty or longer than 63 octets, or the name longer than 255.</exception>
    internal WireWriter Name(string name)
    {
        var trimmed = name.EndsWith('.') ? name[..^1] : name;
        var start = _bytes.WrittenCount;
        foreach (var label in trimmed.Length == 0 ? [] : trimmed.Split('.'))
        {
            if (label.Length is 0 or > 63 || !Ascii.IsValid(label))
            {
                throw new FormatException("The name has a label that DNS cannot carry.");
            }

            Octet((byte)label.Length);
            _bytes.Write(Encoding.ASCII.GetBytes(label));
        }

        Octet(0);
        return _bytes.WrittenCount - start <= 255 ? this : throw new FormatException("The name is longer than DNS can carry.");
    }

    /// <summary>TXT data: pieces of at most 255 octets, each with its length in front (RFC 1035 §3.3.14).</summary>
    internal WireWriter Text(string value)
    {
        foreach (var piece in value.Length == 0 ? [[]] : Encoding.ASCII.GetBytes(value).Chunk(255))
        {
            Octet((byte)piece.Length).Bytes(piece);
        }

        return this;
    }
}
