using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>A certificate that is complete but for its signature, so that it can be looked at first: what was looked at is what gets signed.</summary>
internal sealed class Draft : IDisposable
{
    private readonly SigningKey _key;

    private Draft(X509Certificate2 unsigned, SigningKey key) => (Unsigned, _key) = (unsigned, key);

    /// <summary>The certificate with a signature that is none.</summary>
    internal X509Certificate2 Unsigned { get; }

    internal static Draft Of(
        CertificateRequest request, X500DistinguishedName issuer, SigningKey key, DateTimeOffset start, DateTimeOffset end, byte[] serial) =>
        new(request.Create(issuer, new NoSignature(key), start, end, serial), key);

    /// <returns>The signed certificate, DER.</returns>
    internal byte[] Sign() => _key.Enclose(new AsnReader(Unsigned.RawDataMemory, AsnEncodingRules.DER).ReadSequence().ReadEncodedValue().Span);

    public void Dispose() => Unsigned.Dispose();

    private sealed class NoSignature(SigningKey key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => key.Algorithm;

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => [0];

        protected override PublicKey BuildPublicKey() => key.PublicKey;
    }
}
