namespace Berth.Acme.Dns.Wire;

/// <summary>A dynamic update of one TXT value (RFC 2136).</summary>
internal static class UpdateMessage
{
    private const int Opcode = 5 << 11;
    private const int Soa = 6;
    private const int Txt = 16;
    private const int Internet = 1;
    private const int NoClass = 254;

    /// <summary>Adds a value to those at the name (§2.5.1).</summary>
    internal static byte[] Add(int id, string zone, string name, string value, int ttl) =>
        Write(id, zone, name, value, Internet, (uint)ttl);

    /// <summary>Deletes a value from those at the name (§2.5.4).</summary>
    internal static byte[] Delete(int id, string zone, string name, string value) => Write(id, zone, name, value, NoClass, 0);

    private static byte[] Write(int id, string zone, string name, string value, int recordClass, uint ttl)
    {
        var data = new WireWriter().Text(value).ToArray();
        return new WireWriter().Short(id).Short(Opcode).Short(1).Short(0).Short(1).Short(0)
            .Name(zone).Short(Soa).Short(Internet)
            .Name(name).Short(Txt).Short(recordClass).Long(ttl).Short(data.Length).Bytes(data)
            .ToArray();
    }
}
