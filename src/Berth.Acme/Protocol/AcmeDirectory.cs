namespace Berth.Acme.Protocol;

/// <summary>The URLs a server offers (RFC 8555 §7.1.1).</summary>
public sealed record AcmeDirectory
{
    /// <summary>Where nonces are had (§7.2).</summary>
    public required string NewNonce { get; init; }

    /// <summary>Where accounts are made and found (§7.3).</summary>
    public required string NewAccount { get; init; }

    /// <summary>Where orders are placed (§7.4).</summary>
    public required string NewOrder { get; init; }

    /// <summary>Absent when the server offers no pre-authorization.</summary>
    public string? NewAuthz { get; init; }

    /// <summary>Where certificates are revoked (§7.6).</summary>
    public string? RevokeCert { get; init; }

    /// <summary>Where an account gets a new key (§7.3.5).</summary>
    public string? KeyChange { get; init; }

    /// <summary>The base URL of renewal information (RFC 9773 §4.1); absent when the server has none.</summary>
    public string? RenewalInfo { get; init; }

    /// <summary>What the server says about itself.</summary>
    public DirectoryMeta? Meta { get; init; }
}
