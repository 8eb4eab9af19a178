namespace Berth.Acme.Protocol;

/// <summary>Deactivates an authorization (RFC 8555 §7.5.2).</summary>
public sealed record StatusUpdate
{
    /// <summary><see cref="AcmeStatus.Deactivated"/>.</summary>
    public required string Status { get; init; }
}
