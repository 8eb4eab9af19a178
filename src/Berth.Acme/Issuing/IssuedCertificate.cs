namespace Berth.Acme.Issuing;

/// <summary>A certificate that was checked: key, names, validity and chain fit.</summary>
public sealed record IssuedCertificate
{
    /// <summary>Names and addresses it was ordered for, sorted.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The certificate itself, with a line end.</summary>
    public required string LeafPem { get; init; }

    /// <summary>The intermediates, leaf's issuer first; may be empty.</summary>
    public required string ChainPem { get; init; }

    /// <summary>The leaf's private key, PKCS #8: a secret.</summary>
    public required string PrivateKeyPem { get; init; }

    /// <summary>The common name of the leaf's issuer.</summary>
    public required string Issuer { get; init; }

    /// <summary>The leaf's, in UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>The leaf's, in UTC: not used after this second.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>The CA it came from.</summary>
    public required string DirectoryUrl { get; init; }

    /// <summary>The account it was ordered by.</summary>
    public required string AccountUrl { get; init; }

    /// <summary>The order it came of.</summary>
    public required string OrderUrl { get; init; }

    /// <summary>Where the CA keeps it (RFC 8555 §7.4.2).</summary>
    public required string CertificateUrl { get; init; }

    /// <summary>The profile it was ordered with; null for the server's default.</summary>
    public string? Profile { get; init; }

    /// <summary>Whether the CA may say when it wants it renewed (<see cref="AcmeClient.GetRenewalAdviceAsync"/>): its directory offers that, or is not known.</summary>
    public bool MayHaveAdvice { get; init; } = true;

    /// <summary>
    /// Names asked for that it does not carry, with the reason: only with <see cref="IssuanceRequest.DropFailingNames"/>.
    /// </summary>
    public IReadOnlyList<FailedName> LeftOut { get; init; } = [];

    /// <summary>Leaf and intermediates, as servers want them in one file.</summary>
    public string FullChainPem => LeafPem + ChainPem;

    /// <inheritdoc/>
    public override string ToString() =>
        $"IssuedCertificate {{ Names = {string.Join(", ", Names)}, Issuer = {Issuer}, NotAfter = {NotAfter:u} }}";
}
