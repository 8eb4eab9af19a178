using System.Collections.Immutable;
using Berth.Authority.Audit;
using Berth.Authority.Signing;
using Berth.Authority.Storage;
using Berth.Client;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Authority;

/// <summary>Where an authority's keys and records are. Commands work on them while a server runs.</summary>
internal sealed class CaPlace
{
    private CaPlace(string folder) => Folder = folder;

    public string Folder { get; }

    public HierarchyFolder Keys => new(Path.Combine(Folder, "keys"));

    public string DatabaseFile => Path.Combine(Folder, "authority.db");

    public string ClusterKey => Path.Combine(Folder, "cluster.key");

    public AuditLog Audit => new(Folder, TimeProvider.System);

    public AuthorityOptions Options => CaSettings.Load(Folder);

    public static CaPlace Of(CaWords words, StateRoots roots) =>
        new(words.Value("--data") is { } given ? GivenPath.Full(given, "--data") : $"{roots.Lib}/data/authority");

    /// <summary>A folder that is not in its place yet.</summary>
    public static CaPlace In(string folder) => new(folder);

    /// <summary>True once there is somewhere to write what was done: an authority that has not served yet may have no records.</summary>
    public bool HasRecords => Options.Database is not null || File.Exists(DatabaseFile);

    /// <summary>True while a server works in the folder.</summary>
    public bool IsServed => FileLock.IsHeld(Path.Combine(Folder, "lock"));

    /// <exception cref="ProblemException"><see cref="CaProblems.NotHere"/>.</exception>
    public void RequireAuthority()
    {
        if (!File.Exists(Keys.CertificatePath(HierarchyFolder.Root)) && !File.Exists(DatabaseFile) && !File.Exists(ClusterKey))
        {
            throw CaProblems.NoAuthority(Folder).AsException();
        }
    }

    /// <summary>Opens the records, as an operator whose acts the audit log tells by name.</summary>
    public SqlStore OpenStore(NodeIdentity node)
    {
        RequireAuthority();
        var options = Options;
        // Older tables are brought to this program's version first, also while a server of an older program runs: it is to be restarted
        // when the program is replaced.
        return new SqlStore(
            options.Database is { } shared ? PostgresDatabase.Open(shared.ConnectionString)
                : File.Exists(DatabaseFile) ? SqliteDatabase.Open(DatabaseFile)
                : throw CaProblems.NoRecords(DatabaseFile).AsException(),
            TimeProvider.System,
            $"operator:{Environment.UserName}",
            node.Id);
    }

    /// <summary>Runs something on the records, and writes what was done into the audit log.</summary>
    public async Task<T> WithStoreAsync<T>(Func<SqlStore, Task<T>> run)
    {
        var node = new NodeIdentity(TimeProvider.System);
        await using var store = OpenStore(node);
        var result = await run(store);
        await Audit.WriteAsync(store, node.Id, CancellationToken.None);
        return result;
    }

    /// <summary>Notes what an operator did, where there are records.</summary>
    public Task NoteAsync(string action, params ImmutableArray<(string Name, string Value)> facts) => HasRecords
        ? WithStoreAsync(async store =>
        {
            await store.NoteAsync(action, facts, CancellationToken.None);
            return true;
        })
        : Task.CompletedTask;

    public Hierarchy OpenHierarchy()
    {
        RequireAuthority();
        return File.Exists(Keys.CertificatePath(HierarchyFolder.Intermediate(1)))
            ? Hierarchy.Open(Keys, HierarchyOptions.SettingsOf(Options), TimeProvider.System)
            : throw CaProblems.NoIntermediate(Keys.Folder).AsException();
    }
}
