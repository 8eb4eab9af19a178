using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>The root and its intermediates, read from their folder and completed where something is missing.</summary>
internal sealed class Hierarchy : IDisposable
{
    private static readonly TimeSpan Backdate = TimeSpan.FromMinutes(1);

    private Hierarchy(X509Certificate2 root, ImmutableArray<Issuer> issuers) => (Root, Issuers) = (root, issuers);

    internal X509Certificate2 Root { get; }

    /// <summary>All intermediates, oldest first; the last one signs new leaves.</summary>
    internal ImmutableArray<Issuer> Issuers { get; }

    internal Issuer Current => Issuers[^1];

    internal Issuer? Find(string id) => Issuers.FirstOrDefault(issuer => issuer.Id == id);

    /// <summary>Opens the folder; a first start, or one after a crash between two files, makes what is missing.</summary>
    /// <param name="folder">Where the files are.</param>
    /// <param name="leafLifetime">An intermediate that would end before a leaf of this lifetime gets a successor, as does one from a clock that was ahead.</param>
    /// <param name="time">The clock.</param>
    internal static Hierarchy Open(HierarchyFolder folder, TimeSpan leafLifetime, TimeProvider time)
    {
        folder.Open();
        var now = time.GetUtcNow();
        var root = folder.FindCertificate(HierarchyFolder.Root) ?? MakeRoot(folder, now);
        var issuers = ReadIntermediates(folder);
        if (issuers.Count == 0 || issuers[^1].NotAfter < now + leafLifetime || (issuers[^1].NotBefore > now && root.NotBefore.ToUniversalTime() <= now))
        {
            issuers.Add(MakeIntermediate(folder, root, issuers.Count + 1, now));
        }

        return new Hierarchy(root, [.. issuers]);
    }

    private static X509Certificate2 MakeRoot(HierarchyFolder folder, DateTimeOffset now)
    {
        if (File.Exists(folder.CertificatePath(HierarchyFolder.Intermediate(1))))
        {
            throw AuthorityProblems.MissingRoot(folder.CertificatePath(HierarchyFolder.Root)).AsException();
        }

        using var key = folder.KeyOrNew(HierarchyFolder.Root, ECCurve.NamedCurves.nistP384);
        var request = new CertificateRequest(Name("Root", now), key, HashAlgorithmName.SHA384);
        CertificateProfile.AsAuthority(request, pathLength: null);
        using var root = request.Create(
            request.SubjectName, X509SignatureGenerator.CreateForECDsa(key), now - Backdate, now.AddYears(10), SerialNumber.Next());
        folder.Save(HierarchyFolder.Root, root);
        return X509CertificateLoader.LoadCertificate(root.RawData);
    }

    private static List<Issuer> ReadIntermediates(HierarchyFolder folder)
    {
        var issuers = new List<Issuer>();
        while (folder.FindCertificate(HierarchyFolder.Intermediate(issuers.Count + 1)) is { } certificate)
        {
            var name = HierarchyFolder.Intermediate(issuers.Count + 1);
            var key = folder.FindKey(name) ?? throw AuthorityProblems.MissingKey(folder.KeyPath(name)).AsException();
            RefuseStrangers(folder, name, certificate, key);
            issuers.Add(new Issuer(Id(issuers.Count + 1), certificate, new SigningKey(key), folder.Alternates(name, certificate)));
        }

        return issuers;
    }

    private static Issuer MakeIntermediate(HierarchyFolder folder, X509Certificate2 root, int number, DateTimeOffset now)
    {
        using var rootKey = folder.FindKey(HierarchyFolder.Root)
            ?? throw AuthorityProblems.MissingKey(folder.KeyPath(HierarchyFolder.Root)).AsException();
        RefuseStrangers(folder, HierarchyFolder.Root, root, rootKey);
        var name = HierarchyFolder.Intermediate(number);
        var key = folder.KeyOrNew(name, ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name($"Intermediate {number}", now), new PublicKey(key), HashAlgorithmName.SHA384);
        CertificateProfile.AsAuthority(request, pathLength: 0);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        var rootEnd = new DateTimeOffset(root.NotAfter.ToUniversalTime());
        var end = now.AddYears(5) < rootEnd ? now.AddYears(5) : rootEnd;
        var certificate = request.Create(
            root.SubjectName, X509SignatureGenerator.CreateForECDsa(rootKey), now - Backdate, end, SerialNumber.Next());
        folder.Save(name, certificate);
        return new Issuer(Id(number), certificate, new SigningKey(key));
    }

    private static void RefuseStrangers(HierarchyFolder folder, string name, X509Certificate2 certificate, ECDsa key)
    {
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo()))
        {
            throw AuthorityProblems.DamagedKey(folder.KeyPath(name), $"it is not the key of {folder.CertificatePath(name)}")
                .AsException();
        }
    }

    // The suffix keeps two installations apart in one trust store.
    private static X500DistinguishedName Name(string role, DateTimeOffset now)
    {
        var name = new X500DistinguishedNameBuilder();
        var suffix = RandomNumberGenerator.GetHexString(6, lowercase: true);
        name.AddCommonName(string.Create(CultureInfo.InvariantCulture, $"Berth {role} {now.Year} {suffix}"));
        name.AddOrganizationName("Berth");
        return name.Build();
    }

    private static string Id(int number) => number.ToString(CultureInfo.InvariantCulture);

    public void Dispose()
    {
        Root.Dispose();
        foreach (var issuer in Issuers)
        {
            issuer.Dispose();
        }
    }
}
