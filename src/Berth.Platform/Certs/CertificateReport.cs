using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Platform.Certs;

/// <summary>The values of <c>certs:report</c>, spelled as OpenSSL and Dokku spell them.</summary>
public sealed class CertificateReport(CertificateFiles files)
{
    public Dictionary<string, string> Of(AppName app)
    {
        var chain = files.Read(app).Chain;
        var facts = files.Exists(app) && ChainText.LeafIn(chain) is not null ? files.Facts(app) : null;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["ssl-dir"] = Path.GetDirectoryName(files.CertificatePath(app))!,
            ["ssl-enabled"] = files.Exists(app) ? "true" : "false",
            ["ssl-expires-at"] = facts is null ? "" : AsOpenSslDate(facts.NotAfter),
            ["ssl-hostnames"] = facts is null ? "" : string.Join(' ', HostNames(facts)),
            ["ssl-issuer"] = facts?.Issuer ?? "",
            ["ssl-starts-at"] = facts is null ? "" : AsOpenSslDate(facts.NotBefore),
            ["ssl-subject"] = facts?.Subject.Replace(", ", "; ", StringComparison.Ordinal) ?? "",
            ["ssl-verified"] = facts is null ? "" : Verified(chain),
        };
    }

    private static IEnumerable<string> HostNames(CertificateFacts facts) =>
        new[] { facts.CommonName }.OfType<string>().Concat(facts.Names).Distinct().Order(StringComparer.Ordinal);

    private static string AsOpenSslDate(DateTimeOffset time) =>
        time.UtcDateTime.ToString("MMM", CultureInfo.InvariantCulture)
        + time.UtcDateTime.Day.ToString(CultureInfo.InvariantCulture).PadLeft(3)
        + time.UtcDateTime.ToString(" HH:mm:ss yyyy", CultureInfo.InvariantCulture) + " GMT";

    private static string Verified(string pem)
    {
        var all = new X509Certificate2Collection();
        all.ImportFromPem(pem);
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.ExtraStore.AddRange(all);
        return chain.Build(all[0]) ? "verified by a certificate authority" : "self signed";
    }
}
