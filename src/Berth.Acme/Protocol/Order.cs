using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>An order object (RFC 8555 §7.1.3).</summary>
public sealed record Order : IJsonOnDeserialized
{
    /// <summary>pending → ready → processing → valid, or invalid from any of them (§7.1.6).</summary>
    public required string Status { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Expires { get; init; }

    public required IReadOnlyList<Identifier> Identifiers { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotBefore { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotAfter { get; init; }

    public string? Profile { get; init; }

    /// <summary>The certificate this one renews (RFC 9773 §5).</summary>
    public string? Replaces { get; init; }

    public ProblemDocument? Error { get; init; }

    /// <summary>Authorization URLs, no order promised.</summary>
    public required IReadOnlyList<string> Authorizations { get; init; }

    public required string Finalize { get; init; }

    /// <summary>Present once the order is valid.</summary>
    public string? Certificate { get; init; }

    void IJsonOnDeserialized.OnDeserialized()
    {
        WireList.RequireElements(Identifiers, "identifiers");
        WireList.RequireElements(Authorizations, "authorizations");
    }
}
