using Berth.Platform.Certs;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>What there is of an app's certificate.</summary>
/// <param name="State">What was remembered between attempts.</param>
/// <param name="InService">The certificate in service, where an ACME server issued it; null otherwise.</param>
/// <param name="HasOpenOrder">Whether an order was begun and not finished.</param>
public sealed record LineageStored(LineageState State, CertificateFacts? InService, bool HasOpenOrder)
{
    /// <summary>What is wrong with the files of that certificate; null when nothing is.</summary>
    public CertificateDamage? Damage { get; init; }
}
