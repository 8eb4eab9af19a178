using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>The protected header of a request (RFC 8555 §6.2).</summary>
public sealed record JwsHeader : IJsonOnDeserialized
{
    /// <summary>A <see cref="JwsAlgorithm"/>.</summary>
    public required string Alg { get; init; }

    /// <summary>The account URL; exactly one of this and <see cref="Jwk"/> is present.</summary>
    public string? Kid { get; init; }

    /// <summary>The public key, where no account is there yet or none is meant.</summary>
    public JsonWebKey? Jwk { get; init; }

    /// <summary>Absent in the inner JWS of a key change or an external account binding.</summary>
    public string? Nonce { get; init; }

    /// <summary>The exact URL the request is sent to (§6.4.1).</summary>
    public string? Url { get; init; }

    /// <summary>Extensions the receiver must understand (RFC 7515 §4.1.11); none are defined for ACME.</summary>
    public IReadOnlyList<string>? Crit { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Crit, "crit");
}
