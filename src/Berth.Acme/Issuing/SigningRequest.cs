using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Acme.Protocol;

namespace Berth.Acme.Issuing;

/// <summary>
/// Makes the certificate signing request (RFC 8555 §7.4): names as subject alternative names only, an empty subject.
/// </summary>
internal static class SigningRequest
{
    /// <param name="key">Signs; its public half goes in.</param>
    /// <param name="names">Host names and addresses.</param>
    /// <returns>DER.</returns>
    internal static byte[] Create(AsymmetricAlgorithm key, IEnumerable<string> names)
    {
        var request = key switch
        {
            ECDsa ec => new CertificateRequest(
                Nobody(), ec, ec.KeySize == 384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256),
            RSA rsa => new CertificateRequest(Nobody(), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            _ => throw new ArgumentException("An unknown kind of key.", nameof(key)),
        };
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names)
        {
            if (Identifier.Of(name) is { Type: Identifier.IpType, Value: var address })
            {
                alternatives.AddIpAddress(IPAddress.Parse(address));
            }
            else
            {
                alternatives.AddDnsName(name);
            }
        }

        request.CertificateExtensions.Add(alternatives.Build());
        return request.CreateSigningRequest();
    }

    private static X500DistinguishedName Nobody() => new("");
}
