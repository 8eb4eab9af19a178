using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>Changes an account (RFC 8555 §7.3.2) or deactivates it (§7.3.6); absent members stay as they are.</summary>
public sealed record AccountUpdate : IJsonOnDeserialized
{
    /// <summary>URLs; an empty list removes all.</summary>
    public IReadOnlyList<string>? Contact { get; init; }

    /// <summary>True agrees to changed terms.</summary>
    public bool? TermsOfServiceAgreed { get; init; }

    /// <summary><see cref="AcmeStatus.Deactivated"/>, the only value a client may ask for.</summary>
    public string? Status { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Contact, "contact");
}
