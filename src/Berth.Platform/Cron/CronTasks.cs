using System.Security.Cryptography;
using System.Text;
using Berth.Kernel;
using Berth.Platform.Builds;
using Berth.Platform.Properties;
using Berth.Storage;

namespace Berth.Platform.Cron;

/// <summary>The scheduled tasks of apps: those of the app.json of the release in service, and what was set about them.</summary>
public sealed class CronTasks(ReleaseStore releases, PropertyStore properties, AppJsonSettings appJson, IStateStore store)
{
    public const string Feature = "cron";
    public const string Maintenance = "maintenance";

    /// <summary>Begins the keys that suspend one task.</summary>
    public const string OneTask = "maintenance.";

    // A key is a file's name, and an id is longer than its command.
    private const int LongestKey = 200;

    /// <param name="app">Whose.</param>
    /// <param name="warn">Told of entries that are left out.</param>
    /// <exception cref="ProblemException">The app.json is not valid.</exception>
    public IReadOnlyList<CronTask> Of(AppName app, Action<string> warn)
    {
        var all = InMaintenance(app);
        return [.. CronTaskReader.Parse(app, AppJson(app), warn).Select(task => task with
        {
            AppInMaintenance = all,
            TaskInMaintenance = task.TaskInMaintenance || properties.Get(Feature, app.Text, KeyOf(task.Id)) == "true",
        })];
    }

    /// <returns>Whether none of the app's tasks may run.</returns>
    public bool InMaintenance(AppName app) =>
        properties.Get(Feature, app.Text, Maintenance) == "true" || properties.Get(Feature, PropertyStore.Global, Maintenance) == "true";

    /// <summary>Suspends a task, or lets it run again.</summary>
    public void Suspend(AppName app, string id, string value) => properties.Set(Feature, app.Text, KeyOf(id), value);

    /// <returns>What is set about single tasks, by the task's id.</returns>
    public IEnumerable<(string Id, string Value)> Suspended(AppName app) => properties.Keys(Feature, app.Text)
        .Where(key => key.StartsWith(OneTask, StringComparison.Ordinal))
        .Select(key => (key[OneTask.Length..], properties.Get(Feature, app.Text, key) ?? ""));

    private static string KeyOf(string id) => OneTask + (id.Length <= LongestKey ? id : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id))));

    private string AppJson(AppName app)
    {
        try
        {
            // A Dokku server keeps the file of its last deploy beside the app's data.
            return releases.Current(app) is { } release
                ? ReleaseFile.Read(releases.FolderOf(app, release), Path.Combine(releases.FolderOf(app, release), appJson.PathOf(app))) ?? ""
                : store.Read(StatePath.Lib("data", "app-json", app.Text, "app.json")) ?? "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CronProblems.BadAppJson(app, e.Message).AsException(e);
        }
    }
}
