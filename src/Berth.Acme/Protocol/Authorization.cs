using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>An account's right to one identifier (RFC 8555 §7.1.4).</summary>
public sealed record Authorization : IJsonOnDeserialized
{
    /// <summary>The name without its wildcard label; see <see cref="Wildcard"/>.</summary>
    public required Identifier Identifier { get; init; }

    /// <summary>pending, valid, invalid, deactivated, expired or revoked.</summary>
    public required string Status { get; init; }

    /// <summary>When the server forgets it.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Expires { get; init; }

    /// <summary>Any one of them proves the identifier; when it is valid, the one that did.</summary>
    public required IReadOnlyList<Challenge> Challenges { get; init; }

    /// <summary>True when the order asked for <c>*.</c> + the identifier; otherwise absent.</summary>
    public bool? Wildcard { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Challenges, "challenges");
}
