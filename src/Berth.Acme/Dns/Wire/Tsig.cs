using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Berth.Acme.Dns.Wire;

/// <summary>Signs a request and checks its answer with a shared secret (RFC 8945).</summary>
internal static class Tsig
{
    private const int Type = 250;
    private const int AnyClass = 255;
    private const int Fudge = 300;
    private const int AdditionalCount = 10;

    /// <returns>The message with a TSIG record at its end, and the MAC that its answer is tied to.</returns>
    internal static (byte[] Message, byte[] Mac) Sign(byte[] message, TsigKey key, DateTimeOffset now)
    {
        var time = now.ToUnixTimeSeconds();
        var mac = key.Mac(new WireWriter().Bytes(message).Bytes(Variables(key.Name, key.Algorithm, time, Fudge, 0, [])).ToArray());
        var data = new WireWriter().Name(key.Algorithm).Time(time).Short(Fudge).Short(mac.Length).Bytes(mac)
            .Short(BinaryPrimitives.ReadUInt16BigEndian(message)).Short(0).Short(0).ToArray();
        var signed = new WireWriter().Bytes(message)
            .Name(key.Name).Short(Type).Short(AnyClass).Long(0).Short(data.Length).Bytes(data).ToArray();
        BinaryPrimitives.WriteUInt16BigEndian(
            signed.AsSpan(AdditionalCount), (ushort)(BinaryPrimitives.ReadUInt16BigEndian(message.AsSpan(AdditionalCount)) + 1));
        return (signed, mac);
    }

    /// <summary>Checks an answer (§5.3).</summary>
    /// <returns>Null when it is the server's answer to this request; otherwise what is wrong, as the end of a sentence.</returns>
    internal static string? WhyNot(DnsAnswer answer, TsigKey key, byte[] requestMac, DateTimeOffset now)
    {
        if (answer.Tsig is not { } tsig)
        {
            return "it is not signed";
        }

        if (tsig.Error != 0)
        {
            return tsig.Error switch
            {
                16 => "the server says that the signature is wrong (BADSIG): the secret is another",
                17 => "the server does not know the key (BADKEY)",
                18 => "the server's clock and this machine's are too far apart (BADTIME)",
                var error => $"the server answers with TSIG error {error}",
            };
        }

        if (tsig.KeyName != key.Name || tsig.Algorithm != key.Algorithm)
        {
            return "it is signed with another key";
        }

        var signed = new WireWriter().Short(requestMac.Length).Bytes(requestMac).Bytes(answer.WithoutTsig())
            .Bytes(Variables(key.Name, key.Algorithm, tsig.Time, tsig.Fudge, tsig.Error, tsig.Other)).ToArray();
        if (!CryptographicOperations.FixedTimeEquals(key.Mac(signed), tsig.Mac))
        {
            return "its signature is wrong";
        }

        return Math.Abs(now.ToUnixTimeSeconds() - tsig.Time) > Math.Max(tsig.Fudge, Fudge) ? "it was signed at another time" : null;
    }

    private static byte[] Variables(string name, string algorithm, long time, int fudge, int error, byte[] other) =>
        new WireWriter().Name(name).Short(AnyClass).Long(0).Name(algorithm).Time(time).Short(fudge).Short(error)
            .Short(other.Length).Bytes(other).ToArray();
}
