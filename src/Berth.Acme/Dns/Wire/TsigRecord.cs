namespace Berth.Acme.Dns.Wire;

/// <summary>The signature at a message's end (RFC 8945 §4.2).</summary>
internal sealed record TsigRecord(
    string KeyName, string Algorithm, long Time, int Fudge, byte[] Mac, int OriginalId, int Error, byte[] Other)
{
    internal static TsigRecord Read(WireReader reader, string keyName)
    {
        var algorithm = reader.Name();
        var time = reader.Time();
        var fudge = reader.Short();
        var mac = reader.Bytes(reader.Short());
        var id = reader.Short();
        var error = reader.Short();
        return new TsigRecord(keyName, algorithm, time, fudge, mac, id, error, reader.Bytes(reader.Short()));
    }
}
