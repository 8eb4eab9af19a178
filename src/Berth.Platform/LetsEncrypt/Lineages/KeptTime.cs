using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// Reads a time that a hand may have written: none so near either end of the calendar that a wait cannot be added to it or taken off it.
/// </summary>
internal sealed class KeptTime : JsonConverter<DateTimeOffset>
{
    private static readonly DateTimeOffset Earliest = new(1000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Latest = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var time = reader.GetDateTimeOffset();
        return time < Earliest ? Earliest : time > Latest ? Latest : time;
    }

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
