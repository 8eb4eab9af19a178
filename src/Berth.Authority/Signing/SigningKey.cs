using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>An issuer's private key on P-256 or P-384, wherever it lies; usable from many threads at once.</summary>
internal abstract class SigningKey(PublicKey publicKey, int keySize) : IDisposable
{
    internal const string WithSha256 = "1.2.840.10045.4.3.2";
    internal const string WithSha384 = "1.2.840.10045.4.3.3";

    /// <summary>The hash as strong as the key: SHA-384 for P-384, SHA-256 for P-256.</summary>
    internal HashAlgorithmName Hash { get; } = keySize >= 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    internal PublicKey PublicKey { get; } = publicKey;

    /// <summary>The DER AlgorithmIdentifier of its signatures (RFC 5758 §3.2: without parameters).</summary>
    internal byte[] Algorithm { get; } = AlgorithmOf(keySize);

    /// <summary>Signs data as X.509 wants it: an ECDSA-Sig-Value in DER.</summary>
    internal abstract byte[] Sign(ReadOnlySpan<byte> data);

    /// <summary>Wraps signed content: SEQUENCE { content, algorithm, BIT STRING }.</summary>
    /// <param name="content">A TBSCertificate, CertificationRequestInfo or TBSCertList in DER, which names <see cref="Algorithm"/> where it names one.</param>
    internal byte[] Enclose(ReadOnlySpan<byte> content)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(content);
            writer.WriteEncodedValue(Algorithm);
            writer.WriteBitString(Sign(content));
        }

        return writer.Encode();
    }

    protected byte[] Digest(ReadOnlySpan<byte> data) =>
        Hash == HashAlgorithmName.SHA384 ? SHA384.HashData(data) : SHA256.HashData(data);

    public abstract void Dispose();

    private static byte[] AlgorithmOf(int keySize)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(keySize >= 384 ? WithSha384 : WithSha256);
        }

        return writer.Encode();
    }
}
