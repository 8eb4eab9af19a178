using System.Security.Cryptography;

namespace Berth.Acme.Issuing;

/// <summary>Decides whether a downloaded chain may be used: before this, a certificate is only what a stranger sent.</summary>
internal static class CertificateCheck
{
    // Between the moment a certificate is dated and the second a Date header shows.
    private static readonly TimeSpan Leeway = TimeSpan.FromMinutes(1);

    /// <param name="chain">As downloaded.</param>
    /// <param name="key">The key the signing request was made with.</param>
    /// <param name="names">All of which the leaf must carry.</param>
    /// <param name="now">The time, by each clock that may be right.</param>
    /// <param name="issuers">Whose certificates were met before.</param>
    /// <exception cref="CryptographicException">It may not; the message is the end of a sentence.</exception>
    internal static void Require(CertificateChain chain, AsymmetricAlgorithm key, IEnumerable<string> names, IReadOnlyList<DateTimeOffset> now, KnownIssuers issuers)
    {
        if ((WhyNot(chain, key, names, now) ?? WhyNotBehind(chain.Certificates, now, issuers)) is { } reason)
        {
            throw new CryptographicException(reason);
        }
    }

    private static string? WhyNot(CertificateChain chain, AsymmetricAlgorithm key, IEnumerable<string> names, IReadOnlyList<DateTimeOffset> now)
    {
        var leaf = chain.Leaf;
        if (!leaf.Fields.PublicKey.Span.SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            return "it is for another key";
        }

        if (names.FirstOrDefault(name => !leaf.Names.Contains(name)) is { } missing)
        {
            return $"it does not carry the name {missing}";
        }

        if (!IsCurrent(leaf, now))
        {
            return $"it is valid from {leaf.Fields.NotBefore:u} to {leaf.Fields.NotAfter:u}, which is not now";
        }

        return WhyNotForServers(leaf);
    }

    private static string? WhyNotForServers(ChainCertificate leaf) =>
        leaf.IsAuthority == true ? "it is one that signs others, not one for a server"
        : leaf.IsForServers ? null
        : "it is not meant for servers";

    // The roots it leads to, and what expired above the first intermediate, are for clients to judge.
    private static string? WhyNotBehind(IReadOnlyList<ChainCertificate> chain, IReadOnlyList<DateTimeOffset> now, KnownIssuers issuers)
    {
        for (var i = 1; i < chain.Count; i++)
        {
            if (!IsNamed(chain[i], chain[i - 1]) || !issuers.KeyOf(chain[i]).HasSigned(chain[i - 1]))
            {
                return $"certificate {i} of its chain was not signed by the next one";
            }

            if (chain[i].IsAuthority == false)
            {
                return $"certificate {i + 1} of its chain may not sign others";
            }
        }

        return chain.Count > 1 && !IsCurrent(chain[1], now) ? "the certificate that signed it is not valid now" : null;
    }

    private static bool IsNamed(ChainCertificate issuer, ChainCertificate certificate) =>
        certificate.Fields.Issuer.RawData.AsSpan().SequenceEqual(issuer.Fields.Subject.RawData);

    private static bool IsCurrent(ChainCertificate certificate, IReadOnlyList<DateTimeOffset> now) =>
        now.Any(time => time + Leeway >= certificate.Fields.NotBefore && time - Leeway <= certificate.Fields.NotAfter);
}
