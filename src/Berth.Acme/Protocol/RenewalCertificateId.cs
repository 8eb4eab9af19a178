using System.Security.Cryptography.X509Certificates;

namespace Berth.Acme.Protocol;

/// <summary>Names a certificate to a CA (RFC 9773 §4.1).</summary>
public static class RenewalCertificateId
{
    /// <returns>
    /// base64url of the authority key identifier, a dot, base64url of the serial number's DER bytes (a leading zero is kept);
    /// null when the certificate carries no key identifier.
    /// </returns>
    public static string? Of(X509Certificate2 certificate)
    {
        var authority = certificate.Extensions.OfType<X509AuthorityKeyIdentifierExtension>().FirstOrDefault()?.KeyIdentifier;
        return authority is null
            ? null
            : $"{StrictBase64Url.Encode(authority.Value.Span)}.{StrictBase64Url.Encode(certificate.SerialNumberBytes.Span)}";
    }
}
