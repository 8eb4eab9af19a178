using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme.Issuing;
using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Certs;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Lineages;

/// <summary>
/// Everything kept for one app's certificate below <c>&lt;app&gt;/letsencrypt</c>: the order under way, the state between attempts, and
/// each certificate in a folder of its own, named by the SHA-1 of what it was ordered with, <c>certs/current</c> pointing at the one in
/// service. The pointer moves after the files are whole, and <c>tls/</c> follows the pointer: a crash in between is mended from it.
/// </summary>
public sealed class LineageFiles(IStateStore store, CertificateFiles certificates, TimeProvider time, Action<string>? reached = null)
{
    // Less the longest ending, ".issuer.crt".
    private const int LongestFileName = 240;

    /// <summary>Reached when the pointer has moved, and <c>tls/</c> has not followed yet.</summary>
    public const string Linked = "certificate-linked";

    /// <summary>Reached when a certificate is in service, and nothing tells of it yet.</summary>
    public const string Installed = "certificate-installed";

    private readonly Remembered<LineageState> _states = new(store.Watch, time);

    private const int Kept = 3;
    private const int ProbeSize = 8192;
    private const string UnderWay = "order";

    /// <summary>What the server is set by, kept with a certificate: where that is may have changed by the time it is gone back to.</summary>
    internal const string ServerFile = "server";

    private readonly UnkeptFailures _unkept = new();

    /// <summary>What could not be kept, as long as nothing can.</summary>
    public LineageFailure? UnkeptOf(AppName app) => _unkept.Of(app, FolderNumberOf);

    public void NoteUnkept(AppName app, LineageFailure failure) => _unkept.Note(app, FolderNumberOf(app), failure);

    public void ForgetUnkept(AppName app) => _unkept.Forget(app);

    private ulong FolderNumberOf(AppName app) => FileStamp.Of(store.FileOf(AppCatalog.FolderOf(app))).Inode;

    public LineageState ReadState(AppName app) => _states.Get(
        app.Text,
        () => [store.FileOf(State(app)), store.FileOf(Advice(app))],
        () => ReadAdviceFile(app) is { } advice ? ReadStateFile(app) with { Advice = advice } : ReadStateFile(app));

    private LineageState ReadStateFile(AppName app)
    {
        try
        {
            return store.Read(State(app)) is not { } text ? LineageState.New with { IssuedBy = ServerOf(app) }
                : JsonSerializer.Deserialize(text, LineageJson.Default.LineageState) is { IsWhole: true } state ? state.Worded(words => Sentences.Told(words, app))
                : Afresh(app);
        }
        catch (JsonException)
        {
            return Afresh(app);
        }
    }

    // The certificate itself tells when it is due, and its settings whose it is.
    private LineageState Afresh(AppName app) => LineageState.New with
    {
        IssuedBy = ServerOf(app),
        Unreadable = LineageFailure.Of(LetsEncryptProblems.StateDamaged(app, store.FileOf(State(app))), at: null),
    };

    private LineageAdvice? ReadAdviceFile(AppName app)
    {
        try
        {
            return store.Read(Advice(app)) is { } text ? JsonSerializer.Deserialize(text, LineageJson.Default.LineageAdvice) : null;
        }
        catch (Exception e) when (e is JsonException or ProblemException)
        {
            // Cut off, or not to be read: the server is asked once more.
            return null;
        }
    }

    /// <summary>The server in the settings that the certificate in service was ordered with, by Berth or by Dokku's plugin.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="bundle">Another certificate's folder instead.</param>
    public string? ServerOf(AppName app, string bundle = "current")
    {
        if (store.Read(Certificates(app).Slash(bundle, ServerFile))?.Trim() is { Length: > 0 } word && AcmeServers.IsKnown(word))
        {
            return word;
        }

        var words = (store.Read(Certificates(app).Slash(bundle, "config")) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var at = Array.IndexOf(words, "--server");
        return at >= 0 && at + 1 < words.Length && words[at + 1].StartsWith("https://", StringComparison.Ordinal) ? words[at + 1] : null;
    }

    /// <summary>Keeps all of it but the advice, which is kept by <see cref="WriteAdvice"/>.</summary>
    public void WriteState(AppName app, LineageState state)
    {
        store.WriteAll([StateOf(app, state)]);
        ForgetUnkept(app);
    }

    /// <summary>Finds out whether anything can be written beside the certificate.</summary>
    /// <returns>Why not; null where it can.</returns>
    public Problem? WhyNotWritable(AppName app)
    {
        StatePath[] folders = [AppCatalog.FolderOf(app), Folder(app), AppCatalog.FolderOf(app).Slash("tls")];
        return folders.Where(store.Exists).Select(WhyNotWritable).FirstOrDefault(problem => problem is not null);
    }

    private Problem? WhyNotWritable(StatePath folder)
    {
        var probe = folder.Slash("letsencrypt-probe");
        try
        {
            // An empty file finds room on a full disk.
            store.WriteUnsynced(probe, new string('.', ProbeSize));
            store.Delete(probe);
            return null;
        }
        catch (ProblemException e)
        {
            return e.Problem;
        }
    }

    private static StateFile StateOf(AppName app, LineageState state) =>
        new(State(app), JsonSerializer.Serialize((state with { Advice = null }).Worded(words => Sentences.Kept(words, app)), LineageJson.Default.LineageState));

    /// <summary>Keeps what the server said, without waiting for the disk: very many are asked every few hours, and can be asked again.</summary>
    public void WriteAdvice(AppName app, LineageAdvice advice) =>
        store.WriteUnsynced(Advice(app), JsonSerializer.Serialize(advice, LineageJson.Default.LineageAdvice));

    /// <summary>Whether an order was begun and not finished.</summary>
    public bool HasOpenOrder(AppName app) => store.Exists(Order(app));

    /// <summary>Whether an order was begun and not finished since the files in service were installed.</summary>
    public bool HasOrderSinceInstalled(AppName app) => HasOpenOrder(app) && (OrderOf(app)?.OrderedAt is { } placed
        ? placed >= certificates.InstalledAt(app)
        : FileStamp.Of(store.FileOf(Order(app))).Changed >= FileStamp.Of(certificates.CertificatePath(app)).Changed);

    /// <summary>The order that one of the servers has; null where there is none.</summary>
    public PendingOrder? OrderAt(AppName app, IReadOnlyList<WantedServer> servers) =>
        OrderOf(app) is { OrderUrl: not null } order && servers.Any(server => server.Key == order.DirectoryUrl) ? order : null;

    private PendingOrder? OrderOf(AppName app) => JournalOf(app).Load();

    /// <summary>What is in service, to be told from another by <see cref="InstallAsync"/>.</summary>
    public (string? Serial, bool FromAcme, DateTimeOffset? ByHand) MarkOf(AppName app) => certificates.InServiceOf(app) is var (facts, fromAcme, _)
        ? (facts?.Serial, fromAcme, !fromAcme && certificates.Exists(app) ? certificates.InstalledAt(app) : null)
        : default;

    /// <summary>Whether somebody has installed another by hand since, or taken it off.</summary>
    public bool IsTakenOver(AppName app, (string? Serial, bool FromAcme, DateTimeOffset? ByHand) since) =>
        MarkOf(app) is { FromAcme: false } mark && mark != since;

    public OrderJournal JournalOf(AppName app) => new(store, Folder(app), UnderWay);

    /// <summary>Of an order that is only rehearsed.</summary>
    public OrderJournal RehearsalJournalOf(AppName app) => new(store, Folder(app), "rehearsal");

    /// <summary>Stores an issued certificate, puts it into service and remembers it: three things, and two waits for the disk.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="issued">Checked already.</param>
    /// <param name="settings">What it was ordered with, as one line.</param>
    /// <param name="besides">Further files kept with it, by name.</param>
    /// <param name="state">What is remembered once it is in service.</param>
    /// <param name="since">What was in service when it was ordered: whoever has installed another by hand since then, or taken it off, means that.</param>
    /// <param name="cancel">Ends the wait for others.</param>
    /// <exception cref="ProblemException">Somebody has.</exception>
    public async Task InstallAsync(
        AppName app, IssuedCertificate issued, string settings, IEnumerable<KeyValuePair<string, string>> besides, LineageState state, (string? Serial, bool FromAcme, DateTimeOffset? ByHand) since, CancellationToken cancel)
    {
        using var held = await store.LockAsync(app.Text, cancel);
        if (IsTakenOver(app, since))
        {
            throw LetsEncryptProblems.Overtaken(app).AsException();
        }

        Install(app, issued, settings, besides, state);
    }

    private void Install(AppName app, IssuedCertificate issued, string settings, IEnumerable<KeyValuePair<string, string>> besides, LineageState state)
    {
        var before = InServiceOf(app);
        var id = Convert.ToHexStringLower(Sha1($"{settings}\n{issued.CertificateUrl}"));
        var folder = Certificates(app).Slash(id);
        var name = FileNameOf(issued.Names[0]);
        Activate(
            app,
            id,
            (issued.FullChainPem, issued.PrivateKeyPem),
            [
                new StateFile(folder.Slash("config"), settings + "\n"),
                .. besides.Select(file => new StateFile(folder.Slash(file.Key), file.Value)),
                new StateFile(folder.Slash("certificates", name + ".key"), issued.PrivateKeyPem),
                new StateFile(folder.Slash("certificates", name + ".crt"), issued.FullChainPem),
                new StateFile(folder.Slash("certificates", name + ".issuer.crt"), issued.ChainPem),
                new StateFile(folder.Slash("certificates", name + ".pem"), issued.FullChainPem + issued.PrivateKeyPem),
            ],
            [StateOf(app, state)]);
        ForgetUnkept(app);
        Prune(app, before);
    }

    /// <summary>Moves the pointer to a certificate that was proven, and puts it into service.</summary>
    internal void Activate(AppName app, string folder, string chain, string key) => Activate(app, folder, (chain, key), [], []);

    private void Activate(AppName app, string folder, (string Chain, string Key) pair, IEnumerable<StateFile> before, StateFile[] after)
    {
        var current = new StateFile(Certificates(app).Slash("current"), folder) { IsLink = true, InPlace = () => reached?.Invoke(Linked) };
        certificates.InstallIssued(app, pair, [.. before, current], () => reached?.Invoke(Installed), after);
    }

    /// <summary>Does once more what follows an installation.</summary>
    public void TellInstalled(AppName app) => certificates.TellInstalled(app);

    /// <summary>Installs the pair that <c>current</c> points at again: after a crash between the pointer and the files of <c>tls/</c>, and where these are damaged.</summary>
    /// <param name="app">Whose.</param>
    /// <param name="isStart">Whether a daemon starts: then whoever is just copying a pair of their own is left their minute.</param>
    /// <returns>True when something was mended.</returns>
    public bool Mend(AppName app, bool isStart = false)
    {
        // What someone installed by hand is another certificate, and stays.
        var (_, fromAcme, damage) = certificates.InServiceOf(app);
        if (damage is { IsKept: false } || (isStart && damage is { IsByHand: true })
            || !certificates.Exists(app)
            || (damage is null && IsSame(app) == fromAcme)
            || certificates.Kept(app) is not var (chain, key))
        {
            return false;
        }

        certificates.Install(app, chain, key, fromAcme: true);
        return true;
    }

    // As the one that was issued last.
    private bool IsSame(AppName app) =>
        ChainText.LeafIn(KeptPairs.ReadCurrent(store, Certificates(app)).Chain) is { } kept
        && kept == ChainText.LeafIn(certificates.ReadCertificate(app));

    /// <returns>The name of the folder that <c>current</c> leads to; null when it leads nowhere.</returns>
    public string? CurrentOf(AppName app) => KeptPairs.CurrentOf(store, Certificates(app));

    /// <returns>The same where that is what is in service; null where somebody has installed another by hand, or taken it away.</returns>
    public string? InServiceOf(AppName app) => certificates.IsFromAcme(app) ? CurrentOf(app) : null;

    /// <returns>The names of the other folders.</returns>
    public IReadOnlyList<string> StaleOf(AppName app, string current) =>
        [.. store.List(Certificates(app)).Where(name => name != "current" && name != current)];

    public void DeleteStale(AppName app, string folder) => store.Delete(Certificates(app).Slash(folder));

    /// <summary>Forgets all of it; the certificate in service is the caller's to remove.</summary>
    public void Delete(AppName app)
    {
        store.Delete(Folder(app));
        ForgetUnkept(app);
    }

    /// <summary>Keeps a few, so that an older certificate can be gone back to: the one that served until now, however old, and the newest.</summary>
    private void Prune(AppName app, string? before)
    {
        var current = new FileInfo(store.FileOf(Certificates(app).Slash("current"))).LinkTarget;
        var old = store.List(Certificates(app)).Where(name => name != "current" && name != current)
            .OrderByDescending(name => name == before)
            .ThenByDescending(name => Directory.GetLastWriteTimeUtc(store.FileOf(Certificates(app).Slash(name))))
            .Skip(Kept - 1);
        foreach (var name in old)
        {
            store.Delete(Certificates(app).Slash(name));
        }
    }

    private static StatePath Folder(AppName app) => AppCatalog.FolderOf(app).Slash("letsencrypt");

    private static StatePath State(AppName app) => Folder(app).Slash("state.json");

    private static StatePath Advice(AppName app) => Folder(app).Slash("advice.json");

    private static StatePath Order(AppName app) => Folder(app).Slash($"{UnderWay}.json");

    internal static StatePath Certificates(AppName app) => Folder(app).Slash("certs");

    // As lego has it, where a file can have such a name.
    private static string FileNameOf(string domain) => domain.Length <= LongestFileName
        ? domain.Replace('*', '_').Replace(':', '-')
        : $"{FileNameOf(domain[..(LongestFileName - 20)])}-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(domain)))[..16]}";

    // A name for a folder that other tools know it by, not a safeguard.
#pragma warning disable CA5350
    private static byte[] Sha1(string settings) => SHA1.HashData(Encoding.UTF8.GetBytes(settings + "\n"));
#pragma warning restore CA5350
}
