using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Berth.Acme.Limits;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.LetsEncrypt.Limits;

/// <summary>
/// One server's ledger below <c>data/letsencrypt/--global/limits</c>: its entries over a few files by the hash of their key, so that a change
/// among a hundred thousand rewrites little. A file that cannot be read counts as empty: the server still knows what it counted.
/// </summary>
internal sealed class LedgerFiles(IStateStore store, string directoryUrl) : ILedgerStore
{
    private const int Shards = 16;
    private readonly Dictionary<string, LedgerEntry>?[] _shards = new Dictionary<string, LedgerEntry>?[Shards];
    private readonly StatePath _folder = FolderOf(directoryUrl);

    /// <summary>Where all servers' ledgers lie.</summary>
    public static StatePath Root { get; } = StatePath.Lib("data", "letsencrypt", "--global", "limits");

    /// <summary>The directory URLs of the servers that have a ledger.</summary>
    public static IEnumerable<Uri> Known(IStateStore store) => store.List(Root)
        .Select(name => store.Read(Root.Slash(name, "directory")))
        .Select(text => Uri.TryCreate(text?.Trim(), UriKind.Absolute, out var url) ? url : null)
        .OfType<Uri>();

    public ValueTask<IReadOnlyDictionary<string, LedgerEntry>> LoadAsync(CancellationToken cancel)
    {
        var all = new Dictionary<string, LedgerEntry>(StringComparer.Ordinal);
        for (var shard = 0; shard < Shards; shard++)
        {
            _shards[shard] = TryRead(shard);
            foreach (var (key, entry) in _shards[shard] ?? [])
            {
                all[key] = entry;
            }
        }

        return new(all);
    }

    public ValueTask SaveAsync(IReadOnlyDictionary<string, LedgerEntry?> changes, CancellationToken cancel)
    {
        if (!store.Exists(_folder.Slash("directory")))
        {
            store.Write(_folder.Slash("directory"), directoryUrl + "\n");
        }

        foreach (var group in changes.GroupBy(change => ShardOf(change.Key)))
        {
            var entries = _shards[group.Key] ??= TryRead(group.Key) ?? new(StringComparer.Ordinal);
            foreach (var (key, entry) in group)
            {
                if (entry is null)
                {
                    entries.Remove(key);
                }
                else
                {
                    entries[key] = entry;
                }
            }

            store.WriteUnsynced(FileOf(group.Key), JsonSerializer.Serialize(entries, LedgerJson.Default.DictionaryStringLedgerEntry));
        }

        return ValueTask.CompletedTask;
    }

    // No order waits for a file to be mended; it is read once more before it is written over.
    private Dictionary<string, LedgerEntry>? TryRead(int shard)
    {
        try
        {
            return Read(shard);
        }
        catch (ProblemException)
        {
            return null;
        }
    }

    private Dictionary<string, LedgerEntry> Read(int shard)
    {
        try
        {
            return store.Read(FileOf(shard)) is { } text
                && JsonSerializer.Deserialize(text, LedgerJson.Default.DictionaryStringLedgerEntry) is { } entries
                    ? new(entries.Where(pair => pair.Value is { Subject: not null }), StringComparer.Ordinal)
                    : new(StringComparer.Ordinal);
        }
        catch (JsonException)
        {
            return new(StringComparer.Ordinal);
        }
    }

    private StatePath FileOf(int shard) => _folder.Slash($"{shard:x}.json");

    private static int ShardOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key))[0] % Shards;

    private static StatePath FolderOf(string directoryUrl)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes(directoryUrl));
        return Root.Slash($"{new Uri(directoryUrl).Authority.Replace(':', '_')}-{Convert.ToHexStringLower(hash.AsSpan(0, 4))}");
    }
}
