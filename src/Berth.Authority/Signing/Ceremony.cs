using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Berth.Kernel;

namespace Berth.Authority.Signing;

/// <summary>
/// The steps between a root that is kept on another machine and an authority: the authority makes a key and a request, the root's machine signs
/// it, the authority installs the answer. Only public things travel.
/// </summary>
internal static class Ceremony
{
    /// <summary>Makes the key and the request of the next intermediate; a second call gives the same request.</summary>
    /// <returns>The request's file.</returns>
    internal static string Request(HierarchyFolder folder, HierarchySettings settings, DateTimeOffset now)
    {
        folder.Open();
        var name = folder.NextIntermediate();
        var file = folder.RequestPath(name);
        using var key = folder.KeyOrNew(name, ECCurve.NamedCurves.nistP256, settings.Token);
        if (!File.Exists(file))
        {
            var subject = Hierarchy.Name(settings, "Intermediate " + name[(name.IndexOf('-', StringComparison.Ordinal) + 1)..], now);
            AtomicFile.Write(file, PemEncoding.WriteString("CERTIFICATE REQUEST", RequestOf(subject, key)) + "\n", AtomicFile.PublicRead);
        }

        return file;
    }

    /// <summary>Signs an intermediate's request with the root of a folder; signs an intermediate of another root too, which crosses the two.</summary>
    /// <param name="folder">The root's, on its own machine.</param>
    /// <param name="request">PEM.</param>
    /// <param name="settings">Lifetime and constraints.</param>
    /// <param name="now">The time.</param>
    /// <returns>The intermediate and the root, PEM.</returns>
    internal static string Sign(HierarchyFolder folder, string request, HierarchySettings settings, DateTimeOffset now)
    {
        folder.Open();
        var root = folder.FindCertificate(HierarchyFolder.Root)
            ?? throw AuthorityProblems.MissingRoot(folder.CertificatePath(HierarchyFolder.Root)).AsException();
        using var key = folder.FindKey(HierarchyFolder.Root)
            ?? throw AuthorityProblems.MissingKey(folder.KeyPath(HierarchyFolder.Root)).AsException();
        Hierarchy.RefuseStrangers(folder, HierarchyFolder.Root, root, key);
        var asked = Load(request);
        using var certificate = Hierarchy.SignIntermediate(root, key, asked.SubjectName, asked.PublicKey, settings, now);
        return certificate.ExportCertificatePem() + "\n" + root.ExportCertificatePem() + "\n";
    }

    /// <summary>Puts a signed intermediate in its place: as the next one, or as an alternate of one that is there already.</summary>
    /// <param name="folder">The authority's.</param>
    /// <param name="chain">What <see cref="Sign"/> returned.</param>
    /// <param name="now">The time.</param>
    /// <returns>The file that was written.</returns>
    internal static string Install(HierarchyFolder folder, string chain, DateTimeOffset now)
    {
        folder.Open();
        var (intermediate, root) = Read(chain);
        RefuseUnfit(intermediate, root, now);
        if (FindOwner(folder, intermediate) is { } owner)
        {
            return InstallAlternate(folder, owner, intermediate);
        }

        var name = folder.NextIntermediate();
        using var key = folder.FindKey(name) ?? throw AuthorityProblems.UnfitCertificate("no request of this authority has its key").AsException();
        if (!SameKey(intermediate, key.PublicKey))
        {
            throw AuthorityProblems.UnfitCertificate("no request of this authority has its key").AsException();
        }

        if (folder.FindCertificate(HierarchyFolder.Root) is not { } ours)
        {
            folder.Save(HierarchyFolder.Root, root);
        }
        else if (!ours.RawDataMemory.Span.SequenceEqual(root.RawDataMemory.Span))
        {
            throw AuthorityProblems.UnfitCertificate($"it is signed by another root than {folder.CertificatePath(HierarchyFolder.Root)}").AsException();
        }

        folder.Save(name, intermediate);
        File.Delete(folder.RequestPath(name));
        return folder.CertificatePath(name);
    }

    private static byte[] RequestOf(X500DistinguishedName subject, SigningKey key)
    {
        var request = new CertificateRequest(subject, key.PublicKey, key.Hash);
        return request.CreateSigningRequest(new KeySignature(key));
    }

    private static CertificateRequest Load(string request)
    {
        try
        {
            return CertificateRequest.LoadSigningRequestPem(request, HashAlgorithmName.SHA384);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw AuthorityProblems.UnfitRequest(e.Message).AsException(e);
        }
    }

    private static (X509Certificate2 Intermediate, X509Certificate2 Root) Read(string chain)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPem(chain);
        }
        catch (CryptographicException e)
        {
            throw AuthorityProblems.UnfitCertificate(e.Message.TrimEnd('.')).AsException(e);
        }

        return certificates is [var intermediate, var root]
            ? (intermediate, root)
            : throw AuthorityProblems.UnfitCertificate($"the file holds {certificates.Count} certificates, not an intermediate and its root").AsException();
    }

    private static void RefuseUnfit(X509Certificate2 intermediate, X509Certificate2 root, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(root);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.LocalDateTime;
        var reason = !chain.Build(intermediate) ? string.Join("; ", chain.ChainStatus.Select(status => status.StatusInformation.Trim().TrimEnd('.')))
            : intermediate.Extensions.OfType<X509BasicConstraintsExtension>().SingleOrDefault() is not { CertificateAuthority: true } ? "it is not an authority's"
            : intermediate.Extensions.OfType<X509KeyUsageExtension>().SingleOrDefault() is not { } usage
                || (usage.KeyUsages & (X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)) != (X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign)
                ? "it may not sign certificates and CRLs"
            : null;
        if (reason is not null)
        {
            throw AuthorityProblems.UnfitCertificate(reason).AsException();
        }
    }

    /// <returns>The name of the intermediate in service that has the key.</returns>
    private static string? FindOwner(HierarchyFolder folder, X509Certificate2 intermediate)
    {
        for (var number = 1; folder.FindCertificate(HierarchyFolder.Intermediate(number)) is { } found; number++)
        {
            if (SameKey(intermediate, found.PublicKey))
            {
                return HierarchyFolder.Intermediate(number);
            }
        }

        return null;
    }

    private static string InstallAlternate(HierarchyFolder folder, string owner, X509Certificate2 intermediate)
    {
        using var ours = folder.FindCertificate(owner)!;
        if (!ours.SubjectName.RawData.AsSpan().SequenceEqual(intermediate.SubjectName.RawData))
        {
            throw AuthorityProblems.UnfitCertificate($"its name is not that of {folder.CertificatePath(owner)}, so it cannot stand in for it").AsException();
        }

        if (ours.RawDataMemory.Span.SequenceEqual(intermediate.RawDataMemory.Span))
        {
            return folder.CertificatePath(owner);
        }

        var alternates = folder.Alternates(owner, ours);
        var pem = intermediate.ExportCertificatePem() + "\n";
        var there = alternates.IndexOf(pem);
        var file = folder.AlternatePath(owner, there < 0 ? alternates.Length + 1 : there + 1);
        AtomicFile.Write(file, pem, AtomicFile.PublicRead);
        return file;
    }

    private static bool SameKey(X509Certificate2 certificate, PublicKey key) =>
        certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo());

    private sealed class KeySignature(SigningKey key) : X509SignatureGenerator
    {
        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) => key.Algorithm;

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => key.Sign(data);

        protected override PublicKey BuildPublicKey() => key.PublicKey;
    }
}
