using System.Text.Json;
using Berth.Kernel;

namespace Berth.Platform.Processes.Supervision;

/// <summary>One small file per running process: <c>instances/APP/TYPE.INDEX.ID.json</c>.</summary>
internal sealed class RecordFolder
{
    private readonly string _folder;

    public RecordFolder(string stateFolder)
    {
        _folder = Path.Combine(stateFolder, "instances");
        PrivateFolder.Ensure(_folder);
        DaemonId = ReadOrMakeId(Path.Combine(stateFolder, "id"));
    }

    /// <summary>Tells the processes of this folder's daemons from those of any other on the machine.</summary>
    public string DaemonId { get; }

    public void Write(InstanceRecord record)
    {
        var path = PathOf(record.App, record.Type, record.Index, record.Id);
        PrivateFolder.Ensure(Path.GetDirectoryName(path)!);
        AtomicFile.Write(path, JsonSerializer.SerializeToUtf8Bytes(record, RecordJson.Default.InstanceRecord));
    }

    public void Delete(Instance instance) =>
        Delete(PathOf(instance.App.Text, instance.Type.Text, instance.Index, instance.Id));

    public void Delete(InstanceRecord record) => Delete(PathOf(record.App, record.Type, record.Index, record.Id));

    /// <returns>
    /// All records that can be read, each under the name it was written as; any other is deleted, since its process is found by its
    /// marker. Folders of apps that have none left go too.
    /// </returns>
    public IReadOnlyList<InstanceRecord> ReadAll()
    {
        var records = new List<InstanceRecord>();
        foreach (var path in Directory.GetFiles(_folder, "*", SearchOption.AllDirectories))
        {
            if (Read(path) is { IsSound: true } record && PathOf(record.App, record.Type, record.Index, record.Id) == path)
            {
                records.Add(record);
            }
            else
            {
                Delete(path);
            }
        }

        foreach (var folder in Directory.EnumerateDirectories(_folder).Where(folder => !Directory.EnumerateFileSystemEntries(folder).Any()).ToArray())
        {
            Directory.Delete(folder);
        }

        return records;
    }

    private static InstanceRecord? Read(string path)
    {
        try
        {
            return path.EndsWith(".json", StringComparison.Ordinal)
                ? JsonSerializer.Deserialize(File.ReadAllBytes(path), RecordJson.Default.InstanceRecord)
                : null;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string ReadOrMakeId(string path)
    {
        if (!File.Exists(path))
        {
            AtomicFile.Write(path, Guid.NewGuid().ToString("N"));
        }

        return File.ReadAllText(path).Trim();
    }

    private static void Delete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A record of a process that is gone does no harm: nobody adopts it.
        }
    }

    private string PathOf(string app, string type, int index, string id) => Path.Combine(_folder, app, $"{type}.{index}.{id}.json");
}
