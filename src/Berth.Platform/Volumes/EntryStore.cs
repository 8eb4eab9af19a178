using System.Text.Encodings.Web;
using System.Text.Json;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Volumes;

/// <summary>The storage entries of this server, a file each.</summary>
public sealed class EntryStore(IStateStore store)
{
    private const string Ending = ".json";

    private static readonly VolumeJson Indented = new(new JsonSerializerOptions(VolumeJson.Default.Options)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    /// <summary>Where storage lies that was made by its name alone.</summary>
    public string Root => store.FileOf(Data);

    private static StatePath Data { get; } = StatePath.Lib("data", "storage");

    private static StatePath Folder { get; } = StatePath.Lib("data", "storage-registry", "entries");

    public static string Format(StorageEntry entry) => JsonSerializer.Serialize(entry, Indented.StorageEntry);

    public bool Exists(string? name) => StorageEntryName.IsValid(name) && store.Exists(FileOf(name!));

    /// <exception cref="ProblemException"><see cref="VolumeProblems.EntryUnknown"/> or <see cref="VolumeProblems.EntryDamaged"/>.</exception>
    public StorageEntry Find(string? name)
    {
        if (string.IsNullOrEmpty(name))
        {
            throw VolumeProblems.BadEntry("storage entry name is required").AsException();
        }

        return Exists(name) && store.Read(FileOf(name)) is { } text
            ? Parse(text, store.FileOf(FileOf(name)))
            : throw VolumeProblems.NoEntry(name).AsException();
    }

    public IReadOnlyList<StorageEntry> List() =>
        [.. store.List(Folder)
            .Where(file => file.EndsWith(Ending, StringComparison.Ordinal) && StorageEntryName.IsValid(file[..^Ending.Length]))
            .Select(file => Find(file[..^Ending.Length]))];

    public void Save(StorageEntry entry) => store.Write(FileOf(entry.Name), Format(entry));

    public void Delete(string name) => store.Delete(FileOf(name));

    /// <summary>One change of the registry at a time.</summary>
    public ValueTask<IDisposable> LockAsync(CancellationToken cancel) => store.LockAsync("--storage", cancel);

    internal static StorageEntry Parse(string text, string file)
    {
        try
        {
            return JsonSerializer.Deserialize(text, VolumeJson.Default.StorageEntry)
                ?? throw VolumeProblems.Damaged(file, "it is empty").AsException();
        }
        catch (JsonException e)
        {
            throw VolumeProblems.Damaged(file, e.Message).AsException(e);
        }
    }

    private static StatePath FileOf(string name) => Folder.Slash(name + Ending);
}
