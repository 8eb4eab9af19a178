using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Acme.Issuing;

/// <summary>Decides whether a downloaded chain may be used: before this, a certificate is only what a stranger sent.</summary>
internal static class CertificateCheck
{
    private const string ServerPurpose = "1.3.6.1.5.5.7.3.1";
    private const string AnyPurpose = "2.5.29.37.0";

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

        if (!IsCurrent(leaf, now))
        {
            return $"it is valid from {leaf.NotBefore.ToUniversalTime():u} to {leaf.NotAfter.ToUniversalTime():u}, which is not now";
        }

        return WhyNotForServers(leaf) ?? WhyNotBehind(chain.Certificates, now);
    }

    private static string? WhyNotForServers(X509Certificate2 leaf) =>
        IsAuthority(leaf) == true ? "it is one that signs others, not one for a server"
        : leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault() is { } usage
            && !usage.EnhancedKeyUsages.Cast<Oid>().Any(purpose => purpose.Value is ServerPurpose or AnyPurpose)
            ? "it is not meant for servers"
        : null;

    // The roots it leads to, and what expired above the first intermediate, are for clients to judge.
    private static string? WhyNotBehind(IReadOnlyList<X509Certificate2> chain, DateTimeOffset now)
    {
        for (var i = 1; i < chain.Count; i++)
        {
            if (!CertificateSignature.IsBy(chain[i], chain[i - 1]))
            {
                return $"certificate {i} of its chain was not signed by the next one";
            }

            if (IsAuthority(chain[i]) == false)
            {
                return $"certificate {i + 1} of its chain may not sign others";
            }
        }

        return chain.Count > 1 && !IsCurrent(chain[1], now) ? "the certificate that signed it is not valid now" : null;
    }

    private static bool IsCurrent(X509Certificate2 certificate, DateTimeOffset now) =>
        now + Leeway >= certificate.NotBefore.ToUniversalTime() && now - Leeway <= certificate.NotAfter.ToUniversalTime();

    // Null where it does not say: certificates of version 1 cannot.
    private static bool? IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().FirstOrDefault()?.CertificateAuthority;

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
