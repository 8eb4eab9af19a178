using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>What a server says about itself (RFC 8555 §9.7.6).</summary>
public sealed record DirectoryMeta : IJsonOnDeserialized
{
    /// <summary>The page of its current terms.</summary>
    public string? TermsOfService { get; init; }

    /// <summary>A page about the server.</summary>
    public string? Website { get; init; }

    /// <summary>Host names the server recognises as itself in CAA records (RFC 8659).</summary>
    public IReadOnlyList<string>? CaaIdentities { get; init; }

    /// <summary>True when accounts must be bound to a customer (§7.3.4).</summary>
    public bool? ExternalAccountRequired { get; init; }

    /// <summary>Profile name → description (draft-ietf-acme-profiles).</summary>
    public IReadOnlyDictionary<string, string>? Profiles { get; init; }

    /// <summary>Names a dns-persist-01 record may begin with (draft-ietf-acme-dns-persist-02 §3.2).</summary>
    public IReadOnlyList<string>? IssuerDomainNames { get; init; }

    /// <summary>What a dns-persist-01 record's <c>accounturi</c> begins with (draft-ietf-acme-dns-persist-02 §4.1).</summary>
    public string? AccountHashPrefix { get; init; }

    void IJsonOnDeserialized.OnDeserialized()
    {
        WireList.RequireElements(CaaIdentities, "caaIdentities");
        WireList.RequireElements(IssuerDomainNames, "issuerDomainNames");
    }
}
