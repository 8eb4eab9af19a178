namespace Berth.Acme.Protocol;

/// <summary>Revokes a certificate (RFC 8555 §7.6).</summary>
public sealed record RevocationRequest
{
    /// <summary>base64url of the DER certificate.</summary>
    public required string Certificate { get; init; }

    /// <summary>A CRL reason code (RFC 5280 §5.3.1); absent means unspecified.</summary>
    public int? Reason { get; init; }
}
