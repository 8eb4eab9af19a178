using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>A renewal window (RFC 9773 §4.2); a start after the end makes it invalid.</summary>
public sealed record RenewalWindow
{
    /// <summary>In the past means now.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset Start { get; init; }

    /// <summary>After <see cref="Start"/>.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public required DateTimeOffset End { get; init; }
}
