using System.Buffers.Binary;
using System.Text;

namespace Berth.Acme.Dns.Wire;

/// <summary>Reads what a stranger sent as a DNS message (RFC 1035 §4).</summary>
internal sealed class WireReader(byte[] message)
{
    private const int MostPointers = 64;

    internal int Position { get; set; }

    internal int Short()
    {
        Need(2);
        Position += 2;
        return BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(Position - 2));
    }

    internal uint Long()
    {
        Need(4);
        Position += 4;
        return BinaryPrimitives.ReadUInt32BigEndian(message.AsSpan(Position - 4));
    }

    internal long Time() => ((long)Short() << 32) | Long();

    internal byte[] Bytes(int count)
    {
        Need(count);
        Position += count;
        return message[(Position - count)..Position];
    }

    /// <summary>Reads a name, compressed or not (§4.1.4).</summary>
    /// <returns>Lower case, without a trailing dot.</returns>
    internal string Name()
    {
        var name = new StringBuilder();
        var (at, end, pointers) = (Position, -1, 0);
        while (true)
        {
            var length = Octet(at);
            switch (length)
            {
                case 0:
                    Position = end < 0 ? at + 1 : end;
                    return name.ToString().ToLowerInvariant();
                case >= 0xC0:
                    end = end < 0 ? at + 2 : end;
                    at = ((length & 0x3F) << 8) | Octet(at + 1);
                    if (++pointers > MostPointers)
                    {
                        throw new FormatException("The names of the message point in a circle.");
                    }

                    break;
                case > 63:
                    throw new FormatException("The message has a label of an unknown kind.");
                default:
                    if (at + 1 + length > message.Length || name.Length > 255)
                    {
                        throw new FormatException("A name of the message does not end.");
                    }

                    name.Append(name.Length == 0 ? "" : ".").Append(Encoding.Latin1.GetString(message, at + 1, length));
                    at += 1 + length;
                    break;
            }
        }
    }

    private byte Octet(int at) => at < message.Length ? message[at] : throw new FormatException("The message is cut off.");

    private void Need(int count)
    {
        if (count < 0 || Position + count > message.Length)
        {
            throw new FormatException("The message is cut off.");
        }
    }
}
