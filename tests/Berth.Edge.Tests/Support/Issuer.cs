using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Edge.Tests.Support;

/// <summary>A small certificate authority: a root nobody trusts and one intermediate.</summary>
internal sealed class Issuer : IDisposable
{
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    internal Issuer()
    {
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _root = Authority("CN=Test Root", rootKey).CreateSelfSigned(From, To);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var unkeyed = Authority("CN=Test Intermediate", key).Create(_root, From, To, Serial());
        _intermediate = unkeyed.CopyWithPrivateKey(key);
    }

    internal string RootPem => _root.ExportCertificatePem();

    private static DateTimeOffset From => TimeProvider.System.GetUtcNow().AddHours(-1);

    private static DateTimeOffset To => TimeProvider.System.GetUtcNow().AddDays(30);

    /// <returns>Chain (leaf and intermediate) and key, as PEM.</returns>
    internal (string Chain, string Key) Issue(params string[] names)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={names[0]}", key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        Array.ForEach(names, alternatives.AddDnsName);
        request.CertificateExtensions.Add(alternatives.Build());
        using var leaf = request.Create(_intermediate, From.AddMinutes(1), To.AddDays(-1), Serial());
        return ($"{leaf.ExportCertificatePem()}\n{_intermediate.ExportCertificatePem()}\n", key.ExportPkcs8PrivateKeyPem());
    }

    internal EdgeCertificate Certificate(params string[] names)
    {
        var (chain, key) = Issue(names);
        return EdgeCertificate.FromPem(chain, key);
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
    }

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static byte[] Serial() => [0x10, .. RandomNumberGenerator.GetBytes(15)];
}
