using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Authority.Signing;
using Berth.Kernel;

namespace Berth.Authority.Testing;

/// <summary>New keys for one run: as many roots and intermediates as a test wants. The files are those that every authority starts from.</summary>
internal sealed class TestHierarchy
{
    private readonly ImmutableArray<(X509Certificate2 Certificate, ECDsa Key)> _roots;
    private readonly ImmutableArray<(X509Certificate2 Certificate, ECDsa Key)> _tops;

    private TestHierarchy(
        ImmutableArray<(X509Certificate2 Certificate, ECDsa Key)> roots, ImmutableArray<(X509Certificate2 Certificate, ECDsa Key)> tops) =>
        (_roots, _tops) = (roots, tops);

    /// <summary>How many roots there are, and as many intermediates below them.</summary>
    internal int Count => _roots.Length;

    internal string RootPem(int number) => _roots[number].Certificate.ExportCertificatePem() + "\n";

    internal string RootKeyPem(int number) => _roots[number].Key.ExportPkcs8PrivateKeyPem() + "\n";

    internal string IntermediatePem(int number) => _tops[number].Certificate.ExportCertificatePem() + "\n";

    internal string IntermediateKeyPem(int number) => _tops[number].Key.ExportPkcs8PrivateKeyPem() + "\n";

    internal static TestHierarchy Make(HierarchyFolder folder, TestMode mode, TimeProvider time)
    {
        folder.Open();
        var now = time.GetUtcNow();
        var roots = Enumerable.Range(0, mode.AlternateRoots + 1).Select(_ => Root(now)).ToImmutableArray();
        var keys = Enumerable.Range(0, mode.ChainLength).Select(_ => ECDsa.Create(ECCurve.NamedCurves.nistP256)).ToImmutableArray();
        var names = keys.Select(_ => Name("Intermediate")).ToImmutableArray();
        var chains = roots.Select(root => Chain(root, keys, names, now)).ToImmutableArray();
        Save(folder, roots[0], keys[^1], chains);
        return new TestHierarchy(roots, [.. chains.Select(chain => (chain[0], keys[0]))]);
    }

    private static (X509Certificate2 Certificate, ECDsa Key) Root(DateTimeOffset now)
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest(Name("Root"), key, HashAlgorithmName.SHA384);
        CertificateProfile.AsAuthority(request, pathLength: null);
        return (request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Hierarchy.Backdate, now.AddYears(10), SerialNumber.Next()), key);
    }

    // From the root down; the last one signs the leaves. The names are the same below each root, and so are the keys.
    private static ImmutableArray<X509Certificate2> Chain(
        (X509Certificate2 Certificate, ECDsa Key) root, ImmutableArray<ECDsa> keys, ImmutableArray<X500DistinguishedName> names,
        DateTimeOffset now)
    {
        var chain = ImmutableArray.CreateBuilder<X509Certificate2>();
        var (issuer, issuerKey) = root;
        for (var i = 0; i < keys.Length; i++)
        {
            var request = new CertificateRequest(names[i], keys[i], HashAlgorithmName.SHA384);
            CertificateProfile.AsAuthority(request, pathLength: keys.Length - 1 - i);
            request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(issuer, true, false));
            issuer = request.Create(
                issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), now - Hierarchy.Backdate, now.AddYears(5), SerialNumber.Next());
            issuerKey = keys[i];
            chain.Add(issuer);
        }

        return chain.ToImmutable();
    }

    private static void Save(
        HierarchyFolder folder, (X509Certificate2 Certificate, ECDsa Key) root, ECDsa signer, ImmutableArray<ImmutableArray<X509Certificate2>> chains)
    {
        var name = HierarchyFolder.Intermediate(1);
        AtomicFile.Write(folder.KeyPath(HierarchyFolder.Root), root.Key.ExportPkcs8PrivateKeyPem() + "\n");
        folder.Save(HierarchyFolder.Root, root.Certificate);
        AtomicFile.Write(folder.KeyPath(name), signer.ExportPkcs8PrivateKeyPem() + "\n");
        folder.Save(name, chains[0][^1]);
        AtomicFile.Write(folder.ChainPath(name), Pem(chains[0].Reverse().Skip(1)), AtomicFile.PublicRead);
        for (var i = 1; i < chains.Length; i++)
        {
            AtomicFile.Write(
                Path.Combine(folder.Folder, string.Create(CultureInfo.InvariantCulture, $"{name}.alternate-{i}.pem")), Pem(chains[i].Reverse()), AtomicFile.PublicRead);
        }
    }

    private static string Pem(IEnumerable<X509Certificate2> chain) => string.Concat(chain.Select(link => link.ExportCertificatePem() + "\n"));

    // Tests of clients look for these words.
    private static X500DistinguishedName Name(string role)
    {
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName(string.Create(CultureInfo.InvariantCulture, $"Pebble {role} CA {RandomNumberGenerator.GetHexString(6, lowercase: true)}"));
        return name.Build();
    }
}
