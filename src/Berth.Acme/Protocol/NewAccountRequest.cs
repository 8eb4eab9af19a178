using System.Text.Json.Serialization;

namespace Berth.Acme.Protocol;

/// <summary>Makes or finds an account (RFC 8555 §7.3).</summary>
public sealed record NewAccountRequest : IJsonOnDeserialized
{
    /// <summary>URLs such as <c>mailto:admin@example.com</c>.</summary>
    public IReadOnlyList<string>? Contact { get; init; }

    /// <summary>True agrees to the directory's terms.</summary>
    public bool? TermsOfServiceAgreed { get; init; }

    /// <summary>True asks for the account of this key and makes none (§7.3.1).</summary>
    public bool? OnlyReturnExisting { get; init; }

    /// <summary>A JWS over the account's public key, MACed with a key the CA gave out (§7.3.4).</summary>
    public JwsMessage? ExternalAccountBinding { get; init; }

    void IJsonOnDeserialized.OnDeserialized() => WireList.RequireElements(Contact, "contact");
}
