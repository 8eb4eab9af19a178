using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>One way to prove control of an identifier (RFC 8555 §7.1.5, §8).</summary>
public sealed record Challenge : IJsonOnDeserialized
{
    /// <summary>A <see cref="ChallengeType"/>, or one not known here.</summary>
    public required string Type { get; init; }

    /// <summary>Where it is accepted and read.</summary>
    public required string Url { get; init; }

    /// <summary>pending, processing, valid or invalid.</summary>
    public required string Status { get; init; }

    /// <summary>base64url; absent in challenge types that need none.</summary>
    public string? Token { get; init; }

    /// <summary>When the server was satisfied.</summary>
    [JsonConverter(typeof(Rfc3339Converter))]
    public DateTimeOffset? Validated { get; init; }

    /// <summary>Why it failed.</summary>
    public ProblemDocument? Error { get; init; }

    /// <summary>In dns-persist-01: the names of which one begins the record (draft-ietf-acme-dns-persist-02 §3.1), 1 to 10.</summary>
    public IReadOnlyList<string>? IssuerDomainNames { get; init; }

    /// <summary>The same as drafts 00 and 01 spelled it; their record names the account's URL itself.</summary>
    [JsonPropertyName("issuer-domain-names")]
    public IReadOnlyList<string>? EarlierIssuerDomainNames { get; init; }

    void IJsonOnDeserialized.OnDeserialized()
    {
        WireList.RequireElements(IssuerDomainNames, "issuerDomainNames");
        WireList.RequireElements(EarlierIssuerDomainNames, "issuer-domain-names");
    }
}
