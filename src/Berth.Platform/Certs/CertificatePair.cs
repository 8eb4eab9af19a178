using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Edge;
using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>A certificate with its chain and its key, as somebody gave them: checked against each other, and put into order.</summary>
/// <param name="ChainPem">Leaf first; byte for byte as given when it was so already.</param>
/// <param name="KeyPem">As given.</param>
/// <param name="Leaf">What the leaf says of itself.</param>
/// <param name="WasReordered">Whether the leaf did not come first.</param>
public sealed record CertificatePair(string ChainPem, string KeyPem, CertificateFacts Leaf, bool WasReordered)
{
    private const int MostCertificates = 20;

    /// <exception cref="ProblemException">One of them cannot be read, or they do not belong together.</exception>
    public static CertificatePair Read(string chainPem, string keyPem)
    {
        CheckKey(keyPem);
        var given = Certificates(chainPem);
        try
        {
            CheckKind(given);
            var place = given.FindIndex(certificate => Matches(certificate, keyPem));
            if (place < 0)
            {
                throw CertificateProblems.Foreign(CertificateFacts.Of(given[0]).Subject).AsException();
            }

            CheckPurpose(given[place]);
            return new CertificatePair(
                place == 0 ? chainPem : Ordered(given, place), keyPem, CertificateFacts.Of(given[place]), place != 0);
        }
        finally
        {
            given.ForEach(certificate => certificate.Dispose());
        }
    }

    /// <summary>What is no reason to refuse the pair but will surprise its visitors, a sentence each.</summary>
    /// <param name="domains">The names it is to serve.</param>
    /// <param name="now">The time it is installed.</param>
    public IEnumerable<string> Warnings(IReadOnlyList<DomainName> domains, DateTimeOffset now)
    {
        if (WasReordered)
        {
            yield return "The certificates were not in order; the key's own comes first now";
        }

        if (now > Leaf.NotAfter)
        {
            yield return $"The certificate expired at {Leaf.NotAfter.UtcDateTime:u}: browsers will refuse it";
        }
        else if (now < Leaf.NotBefore)
        {
            yield return $"The certificate is valid from {Leaf.NotBefore.UtcDateTime:u} on only";
        }

        foreach (var domain in domains.Where(domain => !CertificateNames.Cover(Leaf.Names, domain)))
        {
            yield return $"The certificate does not cover {domain}: browsers will warn, and its visitors are not sent from HTTP to HTTPS";
        }
    }

    /// <summary>Tries whether a visitor can be served with it.</summary>
    /// <exception cref="ProblemException">None can; in the words of TLS.</exception>
    public async Task ProveAsync()
    {
        if (await TrialHandshake.RefusalAsync(ChainPem, KeyPem) is { } reason)
        {
            throw CertificateProblems.Unusable("certificate", $"TLS does not take it on this machine ({Printable.Of(reason.TrimEnd('.'))})").AsException();
        }
    }

    private static void CheckKind(List<X509Certificate2> given)
    {
        const string rsa = "1.2.840.113549.1.1.1";
        const string ec = "1.2.840.10045.2.1";
        if (given.TrueForAll(certificate => certificate.PublicKey.Oid.Value is not (rsa or ec)))
        {
            var kind = given[0].PublicKey.Oid;
            throw CertificateProblems.Unusable(
                "certificate", $"its key is of a kind that is not supported ({Printable.Of(kind.FriendlyName ?? kind.Value ?? "")})").AsException();
        }
    }

    // RFC 5280 §4.2.1.12: one that names purposes is for these alone, and browsers keep to it.
    private static void CheckPurpose(X509Certificate2 leaf)
    {
        const string server = "1.3.6.1.5.5.7.3.1";
        const string any = "2.5.29.37.0";
        var purposes = leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).ToList();
        if (purposes.Count > 0 && !purposes.Exists(purpose => purpose.Value is server or any))
        {
            var named = string.Join(", ", purposes.Select(purpose => Printable.Of(purpose.FriendlyName ?? purpose.Value ?? "")));
            throw CertificateProblems.Unusable(
                "certificate", $"it is not made for servers (its extended key usage is {named}), and browsers refuse it").AsException();
        }
    }

    private static void CheckKey(string keyPem)
    {
        if (keyPem.Contains("ENCRYPTED", StringComparison.Ordinal))
        {
            throw CertificateProblems.Unusable("key", "it is protected by a passphrase").AsException();
        }

        if (!keyPem.Contains("PRIVATE KEY-----", StringComparison.Ordinal))
        {
            throw CertificateProblems.Unusable("key", "it holds no private key in PEM").AsException();
        }
    }

    private static List<X509Certificate2> Certificates(string pem)
    {
        var all = new X509Certificate2Collection();
        try
        {
            all.ImportFromPem(pem);
        }
        catch (CryptographicException e)
        {
            throw CertificateProblems.Unusable("certificate", Printable.Of(e.Message.TrimEnd('.'))).AsException(e);
        }

        return all.Count switch
        {
            0 => throw CertificateProblems.Unusable("certificate", "it holds no certificate in PEM").AsException(),
            > MostCertificates => throw CertificateProblems.Unusable("certificate", $"it holds more than {MostCertificates} certificates").AsException(),
            _ => [.. all],
        };
    }

    private static bool Matches(X509Certificate2 certificate, string keyPem)
    {
        try
        {
            using var pair = X509Certificate2.CreateFromPem(certificate.ExportCertificatePem(), keyPem);
            return pair.HasPrivateKey;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The leaf, then each certificate's issuer as far as it was given, then what is left.</summary>
    private static string Ordered(List<X509Certificate2> given, int leaf)
    {
        var left = given.ToList();
        var ordered = ImmutableArray.CreateBuilder<X509Certificate2>();
        for (X509Certificate2? next = given[leaf]; next is not null;)
        {
            ordered.Add(next);
            left.Remove(next);
            var issuer = next.IssuerName.RawData;
            next = left.Find(other => other.SubjectName.RawData.AsSpan().SequenceEqual(issuer));
        }

        return string.Concat(ordered.Concat(left).Select(certificate => certificate.ExportCertificatePem() + "\n"));
    }
}
