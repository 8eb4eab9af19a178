using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Berth.Kernel;

namespace Berth.Acme.Issuing;

/// <summary>A downloaded chain, leaf first, parsed and nothing more.</summary>
internal sealed class CertificateChain
{
    private const int MostCertificates = 10;
    private const int LongestText = 256 * 1024;
    private const string Label = "CERTIFICATE";

    private CertificateChain(List<ChainCertificate> certificates) => Certificates = certificates;

    internal IReadOnlyList<ChainCertificate> Certificates { get; }

    internal ChainCertificate Leaf => Certificates[0];

    /// <summary>The common name of the issuer that the topmost certificate names.</summary>
    internal string TopIssuer => CommonName(Certificates[^1].Fields.Issuer);

    internal string LeafPem => field ??= Pem(Leaf);

    internal string ChainPem => field ??= string.Concat(Certificates.Skip(1).Select(Pem));

    /// <inheritdoc cref="Parse(ReadOnlySpan{byte})"/>
    internal static CertificateChain Parse(string pem) => Parse(Encoding.UTF8.GetBytes(pem));

    /// <param name="pem">Certificates only (RFC 8555 §9.1); any other label is refused.</param>
    /// <exception cref="CryptographicException">It is something else; the message is the end of a sentence.</exception>
    internal static CertificateChain Parse(ReadOnlySpan<byte> pem)
    {
        if (pem.Length > LongestText)
        {
            throw new CryptographicException($"it is longer than {LongestText} characters");
        }

        List<ChainCertificate> certificates = [];
        while (PemEncoding.TryFindUtf8(pem, out var fields))
        {
            RequireNoPart(pem[..fields.Location.Start.Value]);
            if (!pem[fields.Label].SequenceEqual("CERTIFICATE"u8) || certificates.Count == MostCertificates)
            {
                throw new CryptographicException("it holds something else than a few certificates");
            }

            var der = new byte[fields.DecodedDataLength];
            if (Base64.DecodeFromUtf8(pem[fields.Base64Data], der, out _, out _) != OperationStatus.Done)
            {
                throw new CryptographicException("its base64 cannot be read");
            }

            certificates.Add(ChainCertificate.Read(der));
            pem = pem[fields.Location.End..];
        }

        RequireNoPart(pem);
        return certificates.Count > 0 ? new CertificateChain(certificates) : throw new CryptographicException("it holds no certificate");
    }

    // What cannot be read is passed over by who looks for the next: of a chain that breaks off that would leave the rest.
    private static void RequireNoPart(ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("-----"u8) >= 0)
        {
            throw new CryptographicException("it breaks off, or a part of it cannot be read");
        }
    }

    internal static string CommonName(X500DistinguishedName name)
    {
        try
        {
            foreach (var part in name.EnumerateRelativeDistinguishedNames())
            {
                if (!part.HasMultipleElements && part.GetSingleElementType().Value == "2.5.4.3")
                {
                    return Printable.Of(part.GetSingleElementValue() ?? "");
                }
            }
        }
        catch (CryptographicException)
        {
            // A name that cannot be read has no common name.
        }

        return Printable.Of(name.Name);
    }

    private static string Pem(ChainCertificate certificate) => string.Create(
        PemEncoding.GetEncodedSize(Label.Length, certificate.Der.Length) + 1,
        certificate.Der,
        static (text, der) =>
        {
            PemEncoding.TryWrite(Label, der, text, out var written);
            text[written] = '\n';
        });
}
