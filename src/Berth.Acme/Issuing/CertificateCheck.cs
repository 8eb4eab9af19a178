using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Acme.Issuing;

/// <summary>Decides whether a downloaded chain may be used: before this, a certificate is only what a stranger sent.</summary>
internal static class CertificateCheck
{
    // Between the moment a certificate is dated and the second a Date header shows.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    /// <param name="chain">As downloaded.</param>
    /// <param name="key">The key the signing request was made with.</param>
    /// <param name="names">All of which the leaf must carry.</param>
    /// <param name="now">The time by the CA's clock.</param>
    /// <exception cref="CryptographicException">It may not; the message is the end of a sentence.</exception>
    internal static void Require(CertificateChain chain, AsymmetricAlgorithm key, IEnumerable<string> names, DateTimeOffset now)
    {
        if (WhyNot(chain, key, names, now) is { } reason)
        {
            throw new CryptographicException(reason);
        }
    }

    private static string? WhyNot(CertificateChain chain, AsymmetricAlgorithm key, IEnumerable<string> names, DateTimeOffset now)
    {
        var leaf = chain.Leaf;
        if (!leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            return "it is for another key";
        }

        var carried = NamesOf(leaf);
        if (names.FirstOrDefault(name => !carried.Contains(name)) is { } missing)
        {
            return $"it does not carry the name {missing}";
        }

        var (from, to) = (leaf.NotBefore.ToUniversalTime(), leaf.NotAfter.ToUniversalTime());
        if (now + Leeway < from || now - Leeway > to)
        {
            return $"it is valid from {from:u} to {to:u}, which is not now";
        }

        for (var i = 1; i < chain.Certificates.Count; i++)
        {
            if (!CertificateSignature.IsBy(chain.Certificates[i], chain.Certificates[i - 1]))
            {
                return $"certificate {i} of its chain was not signed by the next one";
            }
        }

        return null;
    }

    private static HashSet<string> NamesOf(X509Certificate2 leaf)
    {
        HashSet<string> names = new(StringComparer.OrdinalIgnoreCase);
        foreach (var extension in leaf.Extensions.OfType<X509SubjectAlternativeNameExtension>())
        {
            names.UnionWith(extension.EnumerateDnsNames());
            names.UnionWith(extension.EnumerateIPAddresses().Select(address => address.ToString()));
        }

        return names;
    }
}
