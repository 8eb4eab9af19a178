using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Berth.Authority.Signing;

/// <summary>The root and its intermediates, read from their folder; grows while the program runs, never shrinks.</summary>
internal sealed class Hierarchy : IDisposable
{
    internal static readonly TimeSpan Backdate = TimeSpan.FromMinutes(1);

    private const int LongestCommonName = 64; // RFC 5280, appendix A: ub-common-name

    private readonly HierarchyFolder _folder;
    private readonly HierarchySettings _settings;
    private readonly TimeProvider _time;
    private volatile Snapshot _now;

    private Hierarchy(X509Certificate2 root, ImmutableArray<Issuer> issuers, HierarchyFolder folder, HierarchySettings settings, TimeProvider time) =>
        (Root, _now, _folder, _settings, _time) = (root, new Snapshot(issuers), folder, settings, time);

    internal X509Certificate2 Root { get; }

    /// <summary>All intermediates, oldest first; the last one signs new leaves, every one its CRLs.</summary>
    internal ImmutableArray<Issuer> Issuers => _now.Issuers;

    internal Issuer Current => Issuers[^1];

    /// <summary>True when the rest of the current intermediate is too short for two leaves, one after the other, or it is from a clock that was ahead.</summary>
    internal bool NeedsSuccessor => _time.GetUtcNow() is var now && (Current.NotAfter < now + (2 * _settings.LeafLifetime)
        || (Current.NotBefore > now && Root.NotBefore.ToUniversalTime() <= now));

    /// <summary>True when the root's key is here, so that a successor can be made without a ceremony.</summary>
    internal bool HasRootKey => File.Exists(_folder.KeyPath(HierarchyFolder.Root));

    internal Issuer? Find(string id) => Issuers.FirstOrDefault(issuer => issuer.Id == id);

    /// <inheritdoc cref="Open(HierarchyFolder, HierarchySettings, TimeProvider)"/>
    internal static Hierarchy Open(HierarchyFolder folder, TimeSpan leafLifetime, TimeProvider time) =>
        Open(folder, new HierarchySettings { LeafLifetime = leafLifetime }, time);

    /// <summary>Opens the folder; a first start, or one after a crash between two files, makes what is missing.</summary>
    internal static Hierarchy Open(HierarchyFolder folder, HierarchySettings settings, TimeProvider time)
    {
        folder.Open();
        RefuseUnfinishedCeremony(folder);
        var now = time.GetUtcNow();
        var root = folder.FindCertificate(HierarchyFolder.Root) ?? MakeRoot(folder, settings, now);
        if (root.NotBefore.ToUniversalTime() is var birth && birth > now.UtcDateTime)
        {
            throw AuthorityProblems.UnbornRoot(folder.CertificatePath(HierarchyFolder.Root), birth, now).AsException();
        }

        var issuers = ReadIntermediates(folder, []);
        if (issuers.Count == 0)
        {
            issuers.Add(MakeIntermediate(folder, settings, root, 1, now));
        }

        var hierarchy = new Hierarchy(root, [.. issuers], folder, settings, time);
        hierarchy.RotateIfDue();
        return hierarchy;
    }

    /// <summary>Reads what a command or another node has added to the folder.</summary>
    /// <returns>True when there is something new.</returns>
    internal bool Refresh()
    {
        var before = Issuers;
        var after = ReadIntermediates(_folder, before);
        if (after.Count == before.Length && after.Zip(before).All(pair => ReferenceEquals(pair.First, pair.Second)))
        {
            return false;
        }

        _now = new Snapshot([.. after]);
        return true;
    }

    /// <summary>Makes a successor in time, where the root's key is here; the old intermediate goes on to answer for what it has signed.</summary>
    /// <returns>The new one, or null.</returns>
    internal Issuer? RotateIfDue() => NeedsSuccessor && HasRootKey && Root.NotAfter.ToUniversalTime() > _time.GetUtcNow() + (2 * _settings.LeafLifetime)
        ? Rotate()
        : null;

    /// <summary>Makes a successor now.</summary>
    internal Issuer Rotate()
    {
        Refresh();
        var successor = MakeIntermediate(_folder, _settings, Root, Issuers.Length + 1, _time.GetUtcNow());
        _now = new Snapshot(Issuers.Add(successor));
        return successor;
    }

    /// <summary>Makes a root where there is none.</summary>
    internal static X509Certificate2 MakeRoot(HierarchyFolder folder, HierarchySettings settings, DateTimeOffset now)
    {
        if (File.Exists(folder.CertificatePath(HierarchyFolder.Intermediate(1))))
        {
            throw AuthorityProblems.MissingRoot(folder.CertificatePath(HierarchyFolder.Root)).AsException();
        }

        using var key = folder.KeyOrNew(HierarchyFolder.Root, ECCurve.NamedCurves.nistP384, settings.Token);
        var request = new CertificateRequest(Name(settings, "Root", now), key.PublicKey, key.Hash);
        CertificateProfile.AsAuthority(request, pathLength: null);
        var draft = Draft.Of(request, request.SubjectName, key, now - Backdate, now + settings.RootLifetime, SerialNumber.Next());
        var root = X509CertificateLoader.LoadCertificate(draft.Sign());
        folder.Save(HierarchyFolder.Root, root);
        return root;
    }

    // The suffix keeps two installations apart in one trust store.
    internal static X500DistinguishedName Name(HierarchySettings settings, string role, DateTimeOffset now)
    {
        var name = new X500DistinguishedNameBuilder();
        var rest = string.Create(CultureInfo.InvariantCulture, $" {role} {now.Year} {RandomNumberGenerator.GetHexString(6, lowercase: true)}");
        name.AddCommonName(Start(settings.Organization, LongestCommonName - rest.Length) + rest);
        name.AddOrganizationName(settings.Organization);
        return name.Build();
    }

    // Never half of a character that takes two.
    private static string Start(string text, int most) =>
        text.Length <= most ? text : text[..(char.IsHighSurrogate(text[most - 1]) ? most - 1 : most)].TrimEnd();

    internal static void RefuseStrangers(HierarchyFolder folder, string name, X509Certificate2 certificate, SigningKey key)
    {
        if (!certificate.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.PublicKey.ExportSubjectPublicKeyInfo()))
        {
            throw AuthorityProblems.DamagedKey(folder.KeyPath(name), $"it is not the key of {folder.CertificatePath(name)}")
                .AsException();
        }
    }

    // A key with a request, and no certificate yet, waits for a root that is elsewhere: another root, made here, would be the wrong one.
    private static void RefuseUnfinishedCeremony(HierarchyFolder folder)
    {
        var first = HierarchyFolder.Intermediate(1);
        if (File.Exists(folder.RequestPath(first)) && !File.Exists(folder.CertificatePath(first)))
        {
            throw AuthorityProblems.WaitingRequest(folder.RequestPath(first)).AsException();
        }
    }

    /// <param name="folder">Where they are.</param>
    /// <param name="known">Those read before, kept unless alternates were added.</param>
    private static List<Issuer> ReadIntermediates(HierarchyFolder folder, ImmutableArray<Issuer> known)
    {
        var issuers = new List<Issuer>();
        while (HierarchyFolder.Intermediate(issuers.Count + 1) is var name && File.Exists(folder.CertificatePath(name)))
        {
            var certificate = folder.FindCertificate(name)!;
            var alternates = folder.Alternates(name, certificate);
            if (issuers.Count < known.Length && known[issuers.Count].Chains.Skip(1).SequenceEqual(alternates.Take(9)))
            {
                issuers.Add(known[issuers.Count]);
                continue;
            }

            var key = folder.FindKey(name) ?? throw AuthorityProblems.MissingKey(folder.KeyPath(name)).AsException();
            RefuseStrangers(folder, name, certificate, key);
            var above = File.Exists(folder.ChainPath(name)) ? File.ReadAllText(folder.ChainPath(name)) : "";
            issuers.Add(new Issuer(Id(issuers.Count + 1), certificate, key, alternates, above));
        }

        return issuers;
    }

    private static Issuer MakeIntermediate(
        HierarchyFolder folder, HierarchySettings settings, X509Certificate2 root, int number, DateTimeOffset now)
    {
        using var rootKey = folder.FindKey(HierarchyFolder.Root)
            ?? throw AuthorityProblems.MissingKey(folder.KeyPath(HierarchyFolder.Root)).AsException();
        RefuseStrangers(folder, HierarchyFolder.Root, root, rootKey);
        var name = HierarchyFolder.Intermediate(number);
        var key = folder.KeyOrNew(name, ECCurve.NamedCurves.nistP256, settings.Token);
        var subject = Name(settings, $"Intermediate {number}", now);
        var certificate = SignIntermediate(root, rootKey, subject, key.PublicKey, settings, now);
        folder.Save(name, certificate);
        return new Issuer(Id(number), certificate, key);
    }

    /// <summary>Signs an intermediate with the root.</summary>
    internal static X509Certificate2 SignIntermediate(
        X509Certificate2 root, SigningKey rootKey, X500DistinguishedName subject, PublicKey key, HierarchySettings settings, DateTimeOffset now)
    {
        var request = new CertificateRequest(subject, key, rootKey.Hash);
        CertificateProfile.AsAuthority(request, pathLength: 0);
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(root, true, false));
        if (!settings.Constraints.IsEmpty)
        {
            request.CertificateExtensions.Add(settings.Constraints.ToExtension());
        }

        var rootEnd = new DateTimeOffset(root.NotAfter.ToUniversalTime());
        var end = now + settings.IntermediateLifetime;
        var draft = Draft.Of(
            request, root.SubjectName, rootKey, now - Backdate, end < rootEnd ? end : rootEnd, SerialNumber.Next());
        return X509CertificateLoader.LoadCertificate(draft.Sign());
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

    private sealed record Snapshot(ImmutableArray<Issuer> Issuers);
}
