using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>An order object (RFC 8555 §7.1.3).</summary>
public sealed record Order : IJsonOnDeserialized
{
    /// <summary>pending → ready → processing → valid, or invalid from any of them (§7.1.6).</summary>
    public required string Status { get; init; }

    /// <summary>When the server forgets it, while it is pending or valid.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Expires { get; init; }

    /// <summary>What the certificate is to carry.</summary>
    public required IReadOnlyList<Identifier> Identifiers { get; init; }

    /// <summary>The start of validity asked for.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotBefore { get; init; }

    /// <summary>The end of validity asked for.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>The profile it is issued by (draft-ietf-acme-profiles).</summary>
    public string? Profile { get; init; }

    /// <summary>The certificate this one renews (RFC 9773 §5).</summary>
    public string? Replaces { get; init; }

    /// <summary>Why it became invalid.</summary>
    public ProblemDocument? Error { get; init; }

    /// <summary>Authorization URLs, no order promised.</summary>
    public required IReadOnlyList<string> Authorizations { get; init; }

    /// <summary>Where the signing request goes once it is ready.</summary>
    public required string Finalize { get; init; }

    /// <summary>Present once the order is valid.</summary>
    public string? Certificate { get; init; }

    void IJsonOnDeserialized.OnDeserialized()
    {
        WireList.RequireElements(Identifiers, "identifiers");
        WireList.RequireElements(Authorizations, "authorizations");
    }
}
