using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>When a server would like a certificate renewed (RFC 9773 §4.2).</summary>
public sealed record RenewalInfo
{
    /// <summary>When the server would like it renewed.</summary>
    public required RenewalWindow SuggestedWindow { get; init; }

    /// <summary>A page for people that says why the window is what it is.</summary>
    [JsonPropertyName("explanationURL")]
    public string? ExplanationUrl { get; init; }
}
