using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Berth.Edge;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Storage;

namespace Berth.Platform.Certs;

/// <summary>
/// The certificate each app is served with: <c>tls/server.crt</c> (leaf first, then its chain) and <c>tls/server.key</c>.
/// The two cannot change in one step: a crash between them is damage like any other.
/// </summary>
public sealed class CertificateFiles(IStateStore store, TimeProvider time, ICertificateWatcher? watcher = null) : ICertificateSource
{
    /// <summary>The name in an app's folder of a <c>tls</c> folder that is being removed.</summary>
    public const string Removed = "tls" + AtomicFile.TemporaryEnding;

    private readonly Remembered<InService> _certificates = new(store.Watch, time);
    private readonly Remembered<bool> _whole = new(store.Watch, time);

    // Digests of pairs proven before they were installed: the first look at such a pair need not prove it again.
    private readonly ConcurrentDictionary<AppName, string> _proven = new();

    /// <summary>Whether an app's pair is known to be whole without a look at what is in its files.</summary>
    public Func<AppName, bool> IsKnownWhole { get; init; } = static _ => false;

    public string CertificatePath(AppName app) => store.FileOf(Certificate(app));

    public string KeyPath(AppName app) => store.FileOf(Key(app));

    string ICertificateSource.PlaceOf(AppName app) => CertificatePath(app);

    /// <summary>The pair that visitors are served with: that of <c>tls/</c>, or the one kept where somebody damaged it. Empty for what is not there.</summary>
    public (string Chain, string Key) Read(AppName app) =>
        DamageOf(app) is { IsKept: true } && Kept(app) is { } kept ? kept : (ReadCertificate(app) ?? "", ReadKey(app) ?? "");

    /// <summary>Whether there are a certificate and a key to serve.</summary>
    public bool Exists(AppName app) => (store.Exists(Certificate(app)) && store.Exists(Key(app))) || DamageOf(app) is { IsKept: true };

    /// <summary>What <c>tls/server.crt</c> holds, be it damaged or not.</summary>
    public string? ReadCertificate(AppName app) => store.Read(Certificate(app));

    /// <summary>What <c>tls/server.key</c> holds, be it damaged or not.</summary>
    public string? ReadKey(AppName app) => store.Read(Key(app));

    /// <summary>Whether the certificate in service is the one Let's Encrypt (or another ACME server) issued.</summary>
    public bool IsFromAcme(AppName app) => InServiceOf(app).FromAcme;

    /// <returns>What the certificate says of itself, or null when there is none that can be read.</returns>
    public CertificateFacts? Facts(AppName app) => InServiceOf(app).Facts;

    /// <summary>Both at once: one look at the files instead of two.</summary>
    public InService InServiceOf(AppName app) => DamageOf(app) is { } damage
        ? Damaged(app, damage)
        : _certificates.Get(app.Text, () => Telling(app), () => ReadInService(app));

    /// <summary>Tells one installed pair from the next, also when somebody numbers all their certificates alike.</summary>
    /// <returns>Never 0.</returns>
    public ulong VersionOf(AppName app, CertificateFacts facts) =>
        BinaryPrimitives.ReadUInt64LittleEndian(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{facts.Serial} {FileStamp.Of(CertificatePath(app)).Changed:x} {FileStamp.Of(KeyPath(app)).Changed:x}")))) | 1;

    /// <summary>Puts a proven pair into service.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="chainPem">Leaf first, then its chain.</param>
    /// <param name="keyPem">The leaf's private key.</param>
    /// <param name="fromAcme">Whether an ACME server issued it; then it is renewed by itself.</param>
    public void Install(AppName app, string chainPem, string keyPem, bool fromAcme)
    {
        if (fromAcme)
        {
            InstallFromAcme(app, (chainPem, keyPem), [], inService: null, []);
            return;
        }

        Install(app, [new(Key(app), keyPem, AtomicFile.GroupRead), new(Certificate(app), chainPem, AtomicFile.GroupRead)]);
        store.Delete(FromAcme(app));
        watcher?.Installed(app);
    }

    /// <summary>Puts a proven pair that an ACME server issued into service, between other files, all in one step for the disk.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="pair">Chain, leaf first, and key.</param>
    /// <param name="before">In place before it.</param>
    /// <param name="inService">Called when the pair is in place.</param>
    /// <param name="after">In place after it.</param>
    internal void InstallIssued(AppName app, (string ChainPem, string KeyPem) pair, StateFile[] before, Action? inService, StateFile[] after)
    {
        _proven[app] = DigestOf(pair.ChainPem, pair.KeyPem);
        InstallFromAcme(app, pair, before, inService, after);
    }

    private void InstallFromAcme(AppName app, (string ChainPem, string KeyPem) pair, StateFile[] before, Action? inService, StateFile[] after)
    {
        Install(
            app,
            [
                .. before,
                new(Key(app), pair.KeyPem, AtomicFile.GroupRead),
                new(Certificate(app), pair.ChainPem, AtomicFile.GroupRead),
                new(FromAcme(app), pair.ChainPem, AtomicFile.GroupRead) { InPlace = inService },
                .. after,
            ]);
        watcher?.Installed(app);
    }

    private void Install(AppName app, IReadOnlyList<StateFile> files)
    {
        store.EnsureFolder(Folder(app), PrivateFolder.GroupRead);
        SetFoldersAside(app);
        var (key, chain) = (store.ReadOrNull(Key(app)), store.ReadOrNull(Certificate(app)));
        try
        {
            store.WriteAll(files);
        }
        catch (ProblemException) when (key is not null && store.ReadOrNull(Key(app)) != key && store.ReadOrNull(Certificate(app)) == chain)
        {
            // The disk took the key and no more: the old pair goes on serving.
            store.Write(Key(app), key, AtomicFile.GroupRead);
            throw;
        }
    }

    // A folder in the place of a file is not ours, and kept for whoever made it.
    private void SetFoldersAside(AppName app)
    {
        foreach (var path in (StatePath[])[Key(app), Certificate(app), FromAcme(app)])
        {
            if (Directory.Exists(store.FileOf(path)))
            {
                store.Move(path, Folder(app).Slash($"{Path.GetFileName(path.Relative)}.replaced"));
            }
        }
    }

    /// <summary>Does once more what follows an installation: a run may have been ended before it.</summary>
    public void TellInstalled(AppName app) => watcher?.Installed(app);

    public void Remove(AppName app)
    {
        if (HasFolder(app))
        {
            // In one step: what a crash leaves of it must not look like damage, and be put back.
            var away = AppCatalog.FolderOf(app).Slash(Removed);
            store.Move(Folder(app), away);
            store.Delete(away);
        }

        watcher?.Removed(app);
    }

    /// <summary>Whether there is anything in the app's <c>tls</c> folder.</summary>
    public bool HasFolder(AppName app) => store.Exists(Folder(app));

    /// <summary>Keeps the request that a generated certificate was made from, for the owner to send to an authority.</summary>
    public void WriteRequest(AppName app, string pem) => store.Write(Folder(app).Slash("server.csr"), pem, AtomicFile.GroupRead);

    /// <summary>Whether key and certificate belong together, and the chain is there as it was issued.</summary>
    public bool IsWhole(AppName app) => _whole.Get(app.Text, () => [CertificatePath(app), KeyPath(app), store.FileOf(FromAcme(app))], () => IsKnownWhole(app) || Match(app));

    /// <summary>What is wrong with the files of the certificate in service; null when nothing is, or there is none.</summary>
    public CertificateDamage? DamageOf(AppName app)
    {
        if (IsWhole(app) || !HasAny(app))
        {
            return null;
        }

        var (chain, key) = (store.ReadOrNull(Certificate(app)), store.ReadOrNull(Key(app)));
        return new CertificateDamage(Wrong(app, chain, key), Kept(app) is { } kept && IsOf(app, kept, chain, key), ChangedAt(app))
        {
            // Where one was being issued in its place the key came last.
            IsByHand = ChainText.LeafIn(chain) is { } leaf && !Issued(app).Any(issued => ChainText.LeafIn(issued) == leaf)
                && FileStamp.Of(CertificatePath(app)).Changed >= FileStamp.Of(KeyPath(app)).Changed,
        };
    }

    /// <summary>The pair that was issued last, where it is whole: as it is kept beside the one in service, or with what is left of that.</summary>
    internal (string Chain, string Key)? Kept(AppName app)
    {
        var (chain, key) = KeptPairs.ReadCurrent(store, Bundles(app));
        (string? Chain, string? Key)[] pairs = [(chain, key), (Mark(app), store.ReadOrNull(Key(app))), (chain, store.ReadOrNull(Key(app)))];
        foreach (var pair in pairs)
        {
            if (pair is ({ } wholeChain, { } itsKey) && KeyMatch.Of(wholeChain, itsKey))
            {
                return (wholeChain, itsKey);
            }
        }

        return null;
    }

    // What somebody installed by hand since is another: neither its certificate nor its key is the kept one's.
    private bool IsOf(AppName app, (string Chain, string Key) kept, string? chain, string? key) =>
        (ChainText.LeafIn(chain) is { } leaf ? leaf == ChainText.LeafIn(kept.Chain) || leaf == ChainText.LeafIn(Mark(app)) : store.Exists(FromAcme(app)))
        || (key is not null && KeyMatch.Of(kept.Chain, key));

    private bool Match(AppName app)
    {
        var (chain, key) = (store.ReadOrNull(Certificate(app)) ?? "", store.ReadOrNull(Key(app)) ?? "");
        return (_proven.TryRemove(app, out var proven) && proven == DigestOf(chain, key))
            || (KeyMatch.Of(chain, key) && !ChainText.IsCut(chain, Mark(app)));
    }

    private string Wrong(AppName app, string? chain, string? key) =>
        chain is null ? $"tls/server.crt {Absence(Certificate(app))}"
        : ChainText.LeafIn(chain) is null ? "tls/server.crt holds no certificate"
        : key is null ? $"tls/server.key {Absence(Key(app))}"
        : KeyMatch.Of(chain, key) ? "tls/server.crt lacks its chain"
        : "tls/server.key is not the key of the certificate in tls/server.crt, or of a kind that cannot be used";

    private string Absence(StatePath path) => store.Exists(path) ? "cannot be read" : "is missing";

    /// <summary>When the certificate was put where it is.</summary>
    internal DateTimeOffset InstalledAt(AppName app) => TimeOf(FileStamp.Of(CertificatePath(app)));

    /// <summary>What an ACME server issued last, where the file that says so was not damaged, too.</summary>
    private string? Mark(AppName app) => store.ReadOrNull(FromAcme(app)) is { } mark && ChainText.LeafIn(mark) is not null ? mark : null;

    private DateTimeOffset ChangedAt(AppName app)
    {
        string[] files = [CertificatePath(app), KeyPath(app), store.FileOf(Folder(app))];
        return files.Max(file => TimeOf(FileStamp.Of(file)));
    }

    private static DateTimeOffset TimeOf(FileStamp stamp) => DateTimeOffset.FromUnixTimeMilliseconds(stamp.Changed / 1_000_000);

    private bool HasAny(AppName app) => store.Exists(Certificate(app)) || store.Exists(Key(app)) || store.Exists(FromAcme(app));

    private static string DigestOf(string chain, string key) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes($"{chain.Length} {chain}{key}")));

    /// <summary>What is known to have been issued: the mark beside the pair, and what is kept, by Berth or by Dokku's plugin.</summary>
    private IEnumerable<string?> Issued(AppName app)
    {
        if (Mark(app) is { } marked)
        {
            yield return marked;
        }

        foreach (var chain in KeptPairs.ChainsOfCurrent(store, Bundles(app)))
        {
            yield return chain;
        }
    }

    private InService ReadInService(AppName app)
    {
        var text = store.ReadOrNull(Certificate(app));
        return new InService(CertificateFacts.TryRead(text), ChainText.LeafIn(text) is { } served && Issued(app).Any(chain => chain == text || ChainText.LeafIn(chain) == served));
    }

    // Whose it was is told by what is left of it.
    private InService Damaged(AppName app, CertificateDamage damage)
    {
        if (damage.IsKept && Kept(app) is { } kept)
        {
            return new InService(CertificateFacts.TryRead(kept.Chain), FromAcme: true, damage);
        }

        var served = ReadInService(app);
        return served.FromAcme || served.Facts is not null || !store.Exists(FromAcme(app))
            ? served with { Damage = damage }
            : new InService(Issued(app).Select(CertificateFacts.TryRead).FirstOrDefault(facts => facts is not null), FromAcme: true, damage);
    }

    /// <summary>The files that tell. Where the mark does, what is kept besides is not looked at.</summary>
    private string[] Telling(AppName app)
    {
        var (chain, mark) = (store.FileOf(Certificate(app)), store.FileOf(FromAcme(app)));
        var current = Bundles(app).Slash("current");
        return ChainText.LeafIn(Mark(app)) is { } issued && issued == ChainText.LeafIn(store.ReadOrNull(Certificate(app)))
            ? [chain, mark]
            : [chain, mark, store.FileOf(current), store.FileOf(current.Slash("certificates"))];
    }

    private static StatePath Bundles(AppName app) => AppCatalog.FolderOf(app).Slash("letsencrypt", "certs");

    private static StatePath Folder(AppName app) => AppCatalog.FolderOf(app).Slash("tls");

    private static StatePath Certificate(AppName app) => Folder(app).Slash("server.crt");

    private static StatePath Key(AppName app) => Folder(app).Slash("server.key");

    private static StatePath FromAcme(AppName app) => Folder(app).Slash("server.letsencrypt.crt");
}
