using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>An intermediate: its certificate and the key that signs leaves and CRLs.</summary>
internal sealed class Issuer(string id, X509Certificate2 certificate, SigningKey key, ImmutableArray<string> alternates = default, string above = "") : IDisposable
{
    /// <summary>A counting number as text, part of file names and URLs: <c>1</c>.</summary>
    internal string Id { get; } = id;

    internal X509Certificate2 Certificate { get; } = certificate;

    internal SigningKey Key { get; } = key;

    internal string Pem { get; } = certificate.ExportCertificatePem() + "\n";

    /// <summary>What may follow a leaf, PEM: the usual chain first, then alternates (RFC 8555 §7.4.2), ten at most.</summary>
    internal ImmutableArray<string> Chains { get; } =
        [certificate.ExportCertificatePem() + "\n" + above, .. alternates.IsDefault ? [] : alternates.Take(9)];

    internal NameConstraints Constraints { get; } = NameConstraints.Of(certificate);

    internal DateTimeOffset NotBefore => new(Certificate.NotBefore.ToUniversalTime());

    internal DateTimeOffset NotAfter => new(Certificate.NotAfter.ToUniversalTime());

    internal X509AuthorityKeyIdentifierExtension AuthorityKeyIdentifier { get; } =
        X509AuthorityKeyIdentifierExtension.CreateFromCertificate(
            certificate, includeKeyIdentifier: true, includeIssuerAndSerial: false);

    public void Dispose()
    {
        Certificate.Dispose();
        Key.Dispose();
    }
}
