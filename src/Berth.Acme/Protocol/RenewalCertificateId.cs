using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Acme.Protocol;

/// <summary>Names a certificate to a CA (RFC 9773 §4.1).</summary>
public static class RenewalCertificateId
{
    private const string AuthorityKeyIdentifier = "2.5.29.35";

    /// <returns>
    /// base64url of the authority key identifier, a dot, base64url of the serial number's DER bytes (a leading zero is kept);
    /// null when the certificate carries no key identifier.
    /// </returns>
    /// <exception cref="CryptographicException">It is malformed.</exception>
    public static string? Of(X509Certificate2 certificate) => Of(CertificateFields.Read(certificate.RawDataMemory));

    /// <summary>As <see cref="Of(X509Certificate2)"/>, without OpenSSL, which takes a millisecond for what is asked of very many every few hours.</summary>
    /// <param name="pem">A leaf, or a chain that begins with it.</param>
    /// <exception cref="CryptographicException">It is no certificate; the message is the end of a sentence.</exception>
    internal static string? OfPem(string pem) => PemEncoding.TryFind(pem, out var found) && pem.AsSpan(found.Label) is "CERTIFICATE"
        ? Of(CertificateFields.Read(Convert.FromBase64String(pem[found.Base64Data])))
        : throw new CryptographicException("it holds no certificate");

    private static string? Of(CertificateFields fields) =>
        fields.Extension(AuthorityKeyIdentifier) is { } extension
        && new X509AuthorityKeyIdentifierExtension(extension.RawData, extension.Critical).KeyIdentifier is { } authority
            ? $"{StrictBase64Url.Encode(authority.Span)}.{StrictBase64Url.Encode(fields.Serial.Span)}"
            : null;
}
