using System.Buffers.Binary;

namespace Berth.Acme.Dns.Wire;

/// <summary>A server's answer to an update: its code, and its signature where it has one.</summary>
internal sealed class DnsAnswer
{
    private const int HeaderLength = 12;
    private const int TsigType = 250;
    private readonly byte[] _message;
    private readonly int _tsigStart;

    private DnsAnswer(byte[] message, int tsigStart, TsigRecord? tsig) => (_message, _tsigStart, Tsig) = (message, tsigStart, tsig);

    internal int Id => BinaryPrimitives.ReadUInt16BigEndian(_message);

    internal bool IsAnswer => (_message[2] & 0x80) != 0;

    internal int Code => _message[3] & 0x0F;

    internal TsigRecord? Tsig { get; }

    /// <summary>RFC 1035 §4.1.1, RFC 2136 §2.2.</summary>
    internal string CodeName => Code switch
    {
        1 => "FORMERR",
        2 => "SERVFAIL",
        3 => "NXDOMAIN",
        4 => "NOTIMP",
        5 => "REFUSED",
        6 => "YXDOMAIN",
        7 => "YXRRSET",
        8 => "NXRRSET",
        9 => "NOTAUTH",
        10 => "NOTZONE",
        var code => $"code {code}",
    };

    /// <summary>Reads an answer; false for anything that is none, never an exception.</summary>
    internal static bool TryParse(byte[] message, out DnsAnswer? answer)
    {
        answer = null;
        if (message.Length < HeaderLength)
        {
            return false;
        }

        try
        {
            answer = Parse(message);
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }

    /// <summary>The message as it was before it was signed (RFC 8945 §5.3.1).</summary>
    internal byte[] WithoutTsig()
    {
        var bare = _message[.._tsigStart];
        BinaryPrimitives.WriteUInt16BigEndian(bare, (ushort)Tsig!.OriginalId);
        BinaryPrimitives.WriteUInt16BigEndian(bare.AsSpan(10), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(bare.AsSpan(10)) - 1));
        return bare;
    }

    private static DnsAnswer Parse(byte[] message)
    {
        var reader = new WireReader(message) { Position = 4 };
        int[] counts = [reader.Short(), reader.Short(), reader.Short(), reader.Short()];
        for (var i = 0; i < counts[0]; i++)
        {
            reader.Name();
            reader.Bytes(4);
        }

        for (var left = counts[1] + counts[2] + counts[3]; left > 0; left--)
        {
            var start = reader.Position;
            var name = reader.Name();
            var type = reader.Short();
            reader.Bytes(6);
            var length = reader.Short();
            if (type == TsigType && left == 1)
            {
                return new DnsAnswer(message, start, TsigRecord.Read(reader, name));
            }

            reader.Bytes(length);
        }

        return new DnsAnswer(message, message.Length, null);
    }
}
