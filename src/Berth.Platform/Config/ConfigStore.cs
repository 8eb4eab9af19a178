using System.Collections.Immutable;
using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Config;

/// <summary>
/// The environment of each app and of all apps, in <c>config/&lt;app|--global&gt;/ENV</c>. A file an older server left in
/// <c>DOKKU_ROOT[/app]/ENV</c> counts until it has been drained once, which the first change does.
/// </summary>
public sealed class ConfigStore(IStateStore store, TimeProvider time)
{
    private const string Migrated = "env-migrated";

    private readonly Remembered<ImmutableSortedDictionary<string, string>> _values = new(store.Watch, time);

    /// <param name="app">Null for the variables of all apps.</param>
    public ImmutableSortedDictionary<string, string> Read(AppName? app) => _values.Get(
        Scope(app),
        () => Telling(app),
        () => ReadFiles(app));

    // The record counts only beside an older file.
    private string[] Telling(AppName? app) => store.Exists(Legacy(app))
        ? [store.FileOf(Current(app)), store.FileOf(Legacy(app)), store.FileOf(MigrationRecord(app))]
        : [store.FileOf(Current(app)), store.FileOf(Legacy(app))];

    private ImmutableSortedDictionary<string, string> ReadFiles(AppName? app)
    {
        var values = EnvironmentFile.Parse(store.Read(Current(app)) ?? "");
        return store.Read(Legacy(app)) is { } older && !IsMigrated(app)
            ? EnvironmentFile.Parse(older).SetItems(values)
            : values;
    }

    /// <summary>The variables an app's processes get: its own over those of all apps.</summary>
    public ImmutableSortedDictionary<string, string> ReadMerged(AppName app) => Read(null).SetItems(Read(app));

    public string? Get(AppName? app, string key) => Read(app).GetValueOrDefault(key);

    /// <summary>The lines of an app's and the server's files that are no assignment and so count for nothing, one sentence each.</summary>
    public IReadOnlyList<string> FaultsFor(AppName app) =>
    [
        .. ((StatePath[])[Current(null), Current(app)]).SelectMany(path =>
        {
            var faulty = new List<int>();
            EnvironmentFile.Parse(store.Read(path) ?? "", faulty.Add);
            return faulty.Select(line => $"{store.FileOf(path)} line {line} is not KEY=value and is left out");
        }),
    ];

    /// <summary>Changes the variables in one write.</summary>
    /// <returns>What came of it, and what an older server's file still said otherwise.</returns>
    public async Task<ConfigChange> ChangeAsync(
        AppName? app,
        Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change,
        CancellationToken cancel)
    {
        using var held = await store.LockAsync(Scope(app), cancel);
        var migrated = IsMigrated(app);
        var before = Read(app);
        var after = change(before);
        if (ReferenceEquals(before, after) && migrated && !store.Exists(Legacy(app)))
        {
            return new ConfigChange(before, after, []);
        }

        store.Write(Current(app), EnvironmentFile.Format(after));
        if (!migrated)
        {
            store.Write(MigrationRecord(app), "true");
        }

        return new ConfigChange(before, after, migrated ? SetAside(app, before) : Drained(app));
    }

    /// <summary>Writes the variables of an app that is being made; the caller holds its lock.</summary>
    public void Put(AppName app, ImmutableSortedDictionary<string, string> values)
    {
        store.Write(Current(app), EnvironmentFile.Format(values));
        store.Write(MigrationRecord(app), "true");
    }

    private string[] Drained(AppName? app)
    {
        store.Delete(Legacy(app));
        return [];
    }

    // A file that came back after it was drained is not read again, or it would undo what was set since; nor is it thrown away.
    private string[] SetAside(AppName? app, ImmutableSortedDictionary<string, string> current)
    {
        if (store.Read(Legacy(app)) is not { } older)
        {
            return [];
        }

        string[] differing = [.. EnvironmentFile.Parse(older).Where(pair => current.GetValueOrDefault(pair.Key) != pair.Value).Select(pair => pair.Key)];
        if (differing.Length > 0)
        {
            store.Move(Legacy(app), Aside(app));
        }
        else
        {
            store.Delete(Legacy(app));
        }

        return differing;
    }

    /// <summary>Where a file that is not read any more was put, for messages.</summary>
    public string AsidePath(AppName? app) => store.FileOf(Aside(app));

    private static string Scope(AppName? app) => app?.Text ?? "--global";

    private static StatePath Current(AppName? app) => StatePath.Lib("config", Scope(app), "ENV");

    private static StatePath Legacy(AppName? app) => app is null ? StatePath.Home("ENV") : StatePath.Home(app.Text, "ENV");

    private static StatePath Aside(AppName? app) => app is null ? StatePath.Home("ENV.migrated") : StatePath.Home(app.Text, "ENV.migrated");

    private static StatePath MigrationRecord(AppName? app) => StatePath.Lib("config", "config", Scope(app), Migrated);

    private bool IsMigrated(AppName? app) => store.Read(MigrationRecord(app))?.Trim() == "true";
}
