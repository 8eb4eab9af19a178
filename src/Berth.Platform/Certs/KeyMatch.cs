using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>Whether a private key is a certificate's own.</summary>
internal static class KeyMatch
{
    /// <param name="chain">PEM: the leaf first.</param>
    /// <param name="key">PEM. Neither needs to be either.</param>
    public static bool Of(string chain, string key)
    {
        try
        {
            return OnCurve(chain, key) || ByOpenSsl(chain, key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    // OpenSSL takes a millisecond to read a certificate, and two looks at it here; keys on curves, which are the rule, are compared in no time.
    private static bool OnCurve(string chain, string key)
    {
        if (!key.Contains("PRIVATE KEY-----", StringComparison.Ordinal) || !CertificateFields.TryRead(chain, out var leaf))
        {
            return false;
        }

        try
        {
            using var pair = ECDsa.Create();
            pair.ImportFromPem(key);
            return pair.ExportParameters(includePrivateParameters: true).D is not null && pair.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(leaf.PublicKey.Span);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            // A key of another kind.
            return false;
        }
    }

    private static bool ByOpenSsl(string chain, string key)
    {
        using var pair = X509Certificate2.CreateFromPem(chain, key);
        return pair.HasPrivateKey;
    }
}
