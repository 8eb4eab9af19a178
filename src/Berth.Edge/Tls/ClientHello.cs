using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Berth.Edge.Tls;

/// <summary>What a TLS hello says before anything is answered (RFC 8446 §4.1.2): only as much as challenges need.</summary>
/// <param name="ServerName">The SNI (RFC 6066 §3) as it was sent; null for none.</param>
/// <param name="OffersOnlyAcme">Whether <c>acme-tls/1</c> is the one application protocol offered (RFC 8737 §3).</param>
internal sealed record ClientHello(string? ServerName, bool OffersOnlyAcme)
{
    /// <summary>Longer ones are not looked at; OpenSSL's, with keys made for the time after quantum computers, have 2 KB.</summary>
    internal const int Longest = 16 * 1024;

    private const byte HandshakeRecord = 22;
    private const byte HelloMessage = 1;
    private const int RecordHeader = 5;
    private const int MessageHeader = 4;
    private const int ServerNameExtension = 0;
    private const int ProtocolsExtension = 16;

    /// <param name="received">The connection's first bytes.</param>
    /// <param name="hello">Null while more is needed, and for what is no hello.</param>
    /// <returns>False while the hello is not whole; true when it is, or when it never will be one.</returns>
    internal static bool TryRead(ReadOnlySequence<byte> received, out ClientHello? hello)
    {
        hello = null;
        if (IsCutInFirstRecord(received))
        {
            return false;
        }

        var count = (int)Math.Min(received.Length, Longest);
        var rented = ArrayPool<byte>.Shared.Rent(count);
        try
        {
            received.Slice(0, count).CopyTo(rented);
            return TryRead(rented.AsSpan(0, count), out hello);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    // Nothing is copied for a hello that trickles: as a rule it is one record.
    private static bool IsCutInFirstRecord(ReadOnlySequence<byte> received)
    {
        Span<byte> head = stackalloc byte[RecordHeader + MessageHeader];
        if (received.Length < head.Length || received.Length >= Longest)
        {
            return false;
        }

        received.Slice(0, head.Length).CopyTo(head);
        return head is [HandshakeRecord, 3, _, _, _, HelloMessage, .. var size]
            && MessageHeader + (size[0] << 16 | BinaryPrimitives.ReadUInt16BigEndian(size[1..])) <= Longest
            && received.Length < RecordHeader + BinaryPrimitives.ReadUInt16BigEndian(head[3..]);
    }

    // Puts the message together where its records lie: it is never longer than they are.
    private static bool TryRead(Span<byte> bytes, out ClientHello? hello)
    {
        hello = null;
        var message = bytes;
        var length = Collect(bytes, message, out var isBroken);
        var isLast = isBroken || bytes.Length == Longest;
        if (length < MessageHeader)
        {
            return isLast || (length > 0 && message[0] != HelloMessage);
        }

        var whole = MessageHeader + (message[1] << 16 | BinaryPrimitives.ReadUInt16BigEndian(message[2..]));
        if (message[0] != HelloMessage || whole > Longest)
        {
            return true;
        }

        if (length < whole)
        {
            return isLast;
        }

        hello = Parse(message.Slice(MessageHeader, whole - MessageHeader));
        return true;
    }

    // A message may be spread over any number of records (RFC 8446 §5.1); what is no handshake record ends it.
    private static int Collect(ReadOnlySpan<byte> bytes, Span<byte> message, out bool isBroken)
    {
        var length = 0;
        isBroken = false;
        while (bytes.Length > 0 && !isBroken)
        {
            isBroken = bytes[0] != HandshakeRecord || (bytes.Length > 1 && bytes[1] != 3);
            if (isBroken || bytes.Length < RecordHeader)
            {
                break;
            }

            var payload = BinaryPrimitives.ReadUInt16BigEndian(bytes[3..]);
            isBroken = payload == 0;
            var there = bytes.Slice(RecordHeader, Math.Min(payload, bytes.Length - RecordHeader));
            there.CopyTo(message[length..]);
            length += there.Length;
            bytes = bytes[(RecordHeader + there.Length)..];
        }

        return length;
    }

    private static ClientHello? Parse(ReadOnlySpan<byte> body)
    {
        var reader = new HelloReader(body);
        const int versionAndRandom = 2 + 32;
        return reader.TryTake(versionAndRandom, out _)
            && reader.TryVector(1, out _)
            && reader.TryVector(2, out _)
            && reader.TryVector(1, out _)
            && reader.TryVector(2, out var extensions)
                ? OfExtensions(extensions)
                : null;
    }

    private static ClientHello? OfExtensions(ReadOnlySpan<byte> extensions)
    {
        var reader = new HelloReader(extensions);
        var hello = new ClientHello(null, false);
        while (!reader.IsEmpty)
        {
            if (!reader.TryNumber(out var type) || !reader.TryVector(2, out var data))
            {
                return null;
            }

            hello = type switch
            {
                ServerNameExtension => hello with { ServerName = NameIn(data) },
                ProtocolsExtension => hello with { OffersOnlyAcme = IsOnlyAcme(data) },
                _ => hello,
            };
        }

        return hello;
    }

    private static string? NameIn(ReadOnlySpan<byte> data)
    {
        var reader = new HelloReader(data);
        return reader.TryVector(2, out var list) && list is [0, .. var first]
            && new HelloReader(first) is var names && names.TryVector(2, out var name)
                ? Encoding.Latin1.GetString(name)
                : null;
    }

    private static bool IsOnlyAcme(ReadOnlySpan<byte> data)
    {
        var reader = new HelloReader(data);
        if (!reader.TryVector(2, out var list))
        {
            return false;
        }

        var protocols = new HelloReader(list);
        return protocols.TryVector(1, out var first) && protocols.IsEmpty && first.SequenceEqual("acme-tls/1"u8);
    }
}
