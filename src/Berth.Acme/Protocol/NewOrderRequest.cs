using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>Asks for a certificate (RFC 8555 §7.4).</summary>
public sealed record NewOrderRequest : IJsonOnDeserialized
{
    /// <summary>What the certificate is to carry; wildcards with their label.</summary>
    public required IReadOnlyList<Identifier> Identifiers { get; init; }

    /// <summary>The start of validity wished for; few servers grant it.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The end of validity wished for; few servers grant it.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>One that the directory lists (draft-ietf-acme-profiles).</summary>
    public string? Profile { get; init; }

    /// <summary>The identifier of the certificate this order renews (RFC 9773 §5).</summary>
    public string? Replaces { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Identifiers, "identifiers");
}
