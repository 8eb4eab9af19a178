using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>Asks for a certificate (RFC 8555 §7.4).</summary>
public sealed record NewOrderRequest : IJsonOnDeserialized
{
    public required IReadOnlyList<Identifier> Identifiers { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotBefore { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotAfter { get; init; }

    public string? Profile { get; init; }

    /// <summary>The identifier of the certificate this order renews (RFC 9773 §5).</summary>
    public string? Replaces { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Identifiers, "identifiers");
}
