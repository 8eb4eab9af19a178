using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>
/// One certificate of a chain: a stranger's bytes, read strictly and without OpenSSL, which takes a quarter of a millisecond to read one.
/// </summary>
internal sealed class ChainCertificate
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string AnyPurpose = "2.5.29.37.0";

    private ChainCertificate(byte[] der, AsnReader whole)
    {
        (Der, Signed) = (der, whole.ReadEncodedValue());
        Algorithm = whole.ReadSequence().ReadObjectIdentifier();
        Signature = whole.ReadBitString(out _);
        whole.ThrowIfNotEmpty();
        Fields = CertificateFields.Read(der);
        IsAuthority = Fields.Extension("2.5.29.19") is { } constraints ? new X509BasicConstraintsExtension(constraints, constraints.Critical).CertificateAuthority : null;
        IsForServers = Fields.Extension("2.5.29.37") is not { } usage
            || new X509EnhancedKeyUsageExtension(usage, usage.Critical).EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value is ServerPurpose or AnyPurpose);
        Names = (Fields.AlternativeNames() ?? []).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    internal byte[] Der { get; }

    internal CertificateFields Fields { get; }

    /// <summary>What <see cref="Signature"/> is over.</summary>
    internal ReadOnlyMemory<byte> Signed { get; }

    /// <summary>The signature's, by its object identifier.</summary>
    internal string Algorithm { get; }

    internal byte[] Signature { get; }

    /// <summary>Whether it may sign others; null where it does not say: certificates of version 1 cannot.</summary>
    internal bool? IsAuthority { get; }

    /// <summary>Whether a server may show it: RFC 5280 §4.2.1.12, one that names purposes is for these alone.</summary>
    internal bool IsForServers { get; }

    /// <summary>Host names and addresses.</summary>
    internal IReadOnlySet<string> Names { get; }

    /// <summary>Has OpenSSL read it, as TLS will: what it cannot read must not take a good certificate's place.</summary>
    /// <exception cref="CryptographicException">It cannot.</exception>
    internal void RequireReadable() => X509CertificateLoader.LoadCertificate(Der).Dispose();

    /// <exception cref="CryptographicException">It is none; the message is the end of a sentence.</exception>
    internal static ChainCertificate Read(byte[] der)
    {
        try
        {
            var reader = new AsnReader(der, AsnEncodingRules.DER);
            var whole = reader.ReadSequence();
            reader.ThrowIfNotEmpty();
            return new ChainCertificate(der, whole);
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("it is malformed", e);
        }
    }
}
