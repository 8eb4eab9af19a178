using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>The files of the hierarchy: <c>root.pem</c>, <c>intermediate-N.pem</c> and their <c>.key</c> files in one 0700 folder.</summary>
/// <remarks>
/// A key is written before its certificate, so a certificate always has its key; a key alone is work that a crash cut short,
/// which the next start completes with the same key. The root's key may be moved away once an intermediate exists.
/// </remarks>
internal sealed class HierarchyFolder(string path)
{
    internal const string Root = "root";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite | UnixFileMode.OtherExecute;

    internal string CertificatePath(string name) => Path.Combine(path, name + ".pem");

    /// <summary>Certificates between an intermediate and the root, from below; there for a chain of several intermediates only.</summary>
    internal string ChainPath(string name) => Path.Combine(path, name + ".chain.pem");

    internal string KeyPath(string name) => Path.Combine(path, name + ".key");

    internal static string Intermediate(int number) => string.Create(CultureInfo.InvariantCulture, $"intermediate-{number}");

    /// <summary>Makes the folder; refuses one, or a key in it, that others may read.</summary>
    internal void Open()
    {
        PrivateFolder.Ensure(path);
        RefuseExposed(path);
        foreach (var key in Directory.EnumerateFiles(path, "*.key"))
        {
            RefuseExposed(key);
        }

        foreach (var leftover in Directory.EnumerateFiles(path, "*" + AtomicFile.TemporaryEnding))
        {
            File.Delete(leftover);
        }
    }

    /// <summary>The folder itself.</summary>
    internal string Folder => path;

    internal X509Certificate2? FindCertificate(string name) =>
        Read(CertificatePath(name), X509CertificateLoader.LoadCertificateFromFile);

    /// <summary>
    /// Further chains of an intermediate, as PEM: <c>intermediate-1.alternate-1.pem</c> and on, each beginning with a certificate of the
    /// same key that another root has signed.
    /// </summary>
    internal ImmutableArray<string> Alternates(string name, X509Certificate2 certificate) =>
    [
        .. Directory.EnumerateFiles(path, name + ".alternate-*.pem").Order(StringComparer.Ordinal).Select(file => Read(file, found =>
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(found);
            return chain.Count > 0 && chain[0].PublicKey.ExportSubjectPublicKeyInfo().AsSpan()
                .SequenceEqual(certificate.PublicKey.ExportSubjectPublicKeyInfo())
                ? string.Concat(chain.Select(link => link.ExportCertificatePem() + "\n"))
                : throw new CryptographicException("its first certificate has another key than the intermediate");
        })).OfType<string>(),
    ];

    internal SigningKey? FindKey(string name) => Read(KeyPath(name), file =>
    {
        var text = File.ReadAllText(file);
        if (text.StartsWith(TokenUri.Scheme, StringComparison.Ordinal))
        {
            return TokenKey.Open(TokenUri.Parse(text.Trim()));
        }

        var key = ECDsa.Create();
        key.ImportFromPem(text);
        return (SigningKey)new SoftKey(key);
    });

    /// <summary>The key of that name, made when there is none: in the file, or in the token.</summary>
    internal SigningKey KeyOrNew(string name, ECCurve curve, TokenUri? token)
    {
        if (FindKey(name) is { } found)
        {
            return found;
        }

        if (token is not null)
        {
            var uri = token with { Object = name };
            AtomicFile.Write(KeyPath(name), uri + "\n");
            return TokenKey.Create(uri, curve);
        }

        var key = ECDsa.Create(curve);
        AtomicFile.Write(KeyPath(name), key.ExportPkcs8PrivateKeyPem() + "\n");
        return new SoftKey(key);
    }

    internal string RequestPath(string name) => Path.Combine(path, name + ".csr");

    internal string AlternatePath(string name, int number) => Path.Combine(path, string.Create(CultureInfo.InvariantCulture, $"{name}.alternate-{number}.pem"));

    /// <summary>The name of the intermediate that comes after those that have certificates.</summary>
    internal string NextIntermediate()
    {
        var number = 1;
        while (File.Exists(CertificatePath(Intermediate(number))))
        {
            number++;
        }

        return Intermediate(number);
    }

    internal void Save(string name, X509Certificate2 certificate) =>
        AtomicFile.Write(CertificatePath(name), certificate.ExportCertificatePem() + "\n", AtomicFile.PublicRead);

    private static T? Read<T>(string file, Func<string, T> read) where T : class
    {
        try
        {
            return File.Exists(file) ? read(file) : null;
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException or IOException or UnauthorizedAccessException)
        {
            throw AuthorityProblems.DamagedKey(file, e.Message).AsException(e);
        }
    }

    private static void RefuseExposed(string path)
    {
        if ((File.GetUnixFileMode(path) & Others) != 0)
        {
            throw AuthorityProblems.Exposed(path).AsException();
        }
    }
}
