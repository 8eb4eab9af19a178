namespace Berth.Platform.Certs;

/// <summary>The certificate an app is served with.</summary>
/// <param name="Facts">What it says of itself, or null when there is none that can be read.</param>
/// <param name="FromAcme">Whether it is the one Let's Encrypt (or another ACME server) issued.</param>
/// <param name="Damage">What is wrong with its files; null when nothing is.</param>
public sealed record InService(CertificateFacts? Facts, bool FromAcme, CertificateDamage? Damage = null);
