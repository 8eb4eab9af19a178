using System.Globalization;
using System.Text.Json;
using Berth.Kernel;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Builds;

/// <summary>The records and logs of each app's builds: <c>data/builds/&lt;app&gt;/&lt;id&gt;.json</c> and <c>.log</c>.</summary>
public sealed class BuildStore(IStateStore store, PropertyStore properties, TimeProvider time)
{
    private const int DefaultRetention = 20;
    private const string Feature = "builds";
    private const string RecordEnding = ".json";
    private const string LogEnding = ".log";

    /// <summary>What <c>builds:set</c> takes.</summary>
    public SettingTable Table { get; } = new(
        Feature,
        properties,
        new Setting("retention", DefaultRetention.ToString(CultureInfo.InvariantCulture)) { Refuse = RefuseRetention });

    public string LogPathOf(AppName app, string id) => store.FileOf(Folder(app).Slash(id + LogEnding));

    /// <summary>How many finished builds of an app are kept; a value edited by hand that is no number counts as none.</summary>
    public int RetentionOf(AppName app) => new[] { Table.Own(app, "retention"), Table.ForAll("retention") }
        .Select(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : (int?)null)
        .FirstOrDefault(count => count is not null) ?? DefaultRetention;

    /// <returns>All that can be read, the newest first.</returns>
    public IReadOnlyList<BuildRecord> List(AppName app) =>
    [
        .. store.List(Folder(app))
            .Where(name => name.EndsWith(RecordEnding, StringComparison.Ordinal))
            .Select(name => Find(app, name[..^RecordEnding.Length]))
            .OfType<BuildRecord>()
            .OrderByDescending(record => record.StartedAt)
            .ThenByDescending(record => record.Id, StringComparer.Ordinal),
    ];

    /// <returns>Null when there is none, or it cannot be read.</returns>
    public BuildRecord? Find(AppName app, string id)
    {
        try
        {
            return BuildId.IsOne(id) && store.Read(Folder(app).Slash(id + RecordEnding)) is { } text
                && JsonSerializer.Deserialize(text, BuildJson.Default.BuildRecord) is { } record
                && record.Id == id
                // An app that was renamed keeps its builds.
                ? record with { App = app.Text }
                : null;
        }
        catch (JsonException)
        {
            // Half a record tells nothing; pruning takes it away.
            return null;
        }
    }

    /// <summary>Writes the record of a build that begins now.</summary>
    public BuildRecord Begin(AppName app, BuildSource source)
    {
        var now = time.GetUtcNow();
        var record = new BuildRecord
        {
            Id = BuildId.New(now),
            App = app.Text,
            Kind = source.Kind,
            Pid = Environment.ProcessId,
            StartedAt = now.UtcDateTime,
            Status = BuildStatus.Running,
            Source = source.Text,
        };
        Write(app, record);
        return record;
    }

    /// <summary>Writes down how a build ended.</summary>
    public void Finish(AppName app, BuildRecord record, string status, int exitCode) =>
        Write(app, record with { Status = status, FinishedAt = time.GetUtcNow().UtcDateTime, ExitCode = exitCode });

    /// <summary>Calls abandoned builds failed, and removes what is beyond the retention.</summary>
    public void Prune(AppName app)
    {
        foreach (var record in List(app).Where(record => record.DisplayStatus == BuildStatus.Abandoned))
        {
            Finish(app, record, BuildStatus.Failed, -1);
        }

        foreach (var record in List(app).Where(record => !record.IsLive).Skip(RetentionOf(app)))
        {
            store.Delete(Folder(app).Slash(record.Id + RecordEnding));
        }

        // Logs whose record is gone, and records that nobody can read.
        var kept = List(app).Select(record => record.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var name in store.List(Folder(app)).Where(name => !kept.Contains(Path.GetFileNameWithoutExtension(name))))
        {
            store.Delete(Folder(app).Slash(name));
        }
    }

    private static StatePath Folder(AppName app) => StatePath.Lib("data", "builds", app.Text);

    private static Problem? RefuseRetention(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var count)
        ? count < 1 ? BuildProblems.BadRetention(string.Create(CultureInfo.InvariantCulture, $"Invalid retention {count}: must be >= 1")) : null
        : BuildProblems.BadRetention($"Invalid retention \"{Printable.Of(text, 60)}\": must be a positive integer");

    private void Write(AppName app, BuildRecord record) => store.Write(
        Folder(app).Slash(record.Id + RecordEnding), JsonSerializer.Serialize(record, BuildJson.Default.BuildRecord) + "\n");
}
