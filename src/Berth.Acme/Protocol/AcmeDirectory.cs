namespace Berth.Acme.Protocol;

/// <summary>The URLs a server offers (RFC 8555 §7.1.1).</summary>
public sealed record AcmeDirectory
{
    public required string NewNonce { get; init; }

    public required string NewAccount { get; init; }

    public required string NewOrder { get; init; }

    /// <summary>Absent when the server offers no pre-authorization.</summary>
    public string? NewAuthz { get; init; }

    public string? RevokeCert { get; init; }

    public string? KeyChange { get; init; }

    /// <summary>The base URL of renewal information (RFC 9773 §4.1); absent when the server has none.</summary>
    public string? RenewalInfo { get; init; }

    public DirectoryMeta? Meta { get; init; }
}
