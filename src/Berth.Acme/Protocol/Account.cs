using System.Text.Json;
using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>An account object (RFC 8555 §7.1.2).</summary>
public sealed record Account : IJsonOnDeserialized
{
    /// <summary>
    /// One of <see cref="AcmeStatus.Valid"/>, <see cref="AcmeStatus.Deactivated"/>, <see cref="AcmeStatus.Revoked"/>.
    /// </summary>
    public required string Status { get; init; }

    /// <summary>URLs such as <c>mailto:admin@example.com</c>.</summary>
    public IReadOnlyList<string>? Contact { get; init; }

    /// <summary>Whether its holder agreed to the terms.</summary>
    public bool? TermsOfServiceAgreed { get; init; }

    /// <summary>What ties it to a customer, as it was sent.</summary>
    public JsonElement? ExternalAccountBinding { get; init; }

    /// <summary>The URL of the account's order list (§7.1.2.1); servers in use often leave it out.</summary>
    public string? Orders { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Contact, "contact");
}
