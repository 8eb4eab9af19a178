using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>A JWS in flattened JSON serialization (RFC 7515 §7.2.2), the only form ACME takes (RFC 8555 §6.2).</summary>
public sealed record JwsMessage
{
    /// <summary>The media type of requests.</summary>
    public const string ContentType = "application/jose+json";

    /// <summary>base64url of a <see cref="JwsHeader"/>.</summary>
    public required string Protected { get; init; }

    /// <summary>base64url of the body; empty in a POST-as-GET (RFC 8555 §6.3).</summary>
    public required string Payload { get; init; }

    /// <summary>base64url, over <c>protected.payload</c>.</summary>
    public required string Signature { get; init; }

    /// <summary>The unprotected header, which a server MUST refuse.</summary>
    public JsonElement? Header { get; init; }

    /// <summary>The general serialization's list, which a server MUST refuse.</summary>
    public JsonElement? Signatures { get; init; }

    /// <summary>True when nothing outside the signature was sent along.</summary>
    [JsonIgnore]
    public bool IsFlattened => Header is null && Signatures is null;
}
