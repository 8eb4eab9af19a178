namespace Berth.Acme.Protocol;

/// <summary>Ends an order (RFC 8555 §7.4).</summary>
public sealed record FinalizeRequest
{
    /// <summary>base64url of the DER certificate signing request.</summary>
    public required string Csr { get; init; }
}
