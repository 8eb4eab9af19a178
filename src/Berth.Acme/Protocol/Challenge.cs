using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>One way to prove control of an identifier (RFC 8555 §7.1.5, §8).</summary>
public sealed record Challenge
{
    public required string Type { get; init; }

    public required string Url { get; init; }

    /// <summary>pending, processing, valid or invalid.</summary>
    public required string Status { get; init; }

    /// <summary>base64url; absent in challenge types that need none.</summary>
    public string? Token { get; init; }

    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Validated { get; init; }

    public ProblemDocument? Error { get; init; }
}
