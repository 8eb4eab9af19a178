using Berth.Kernel;
using Berth.Platform.Git;
using Berth.Platform.Networks;
using Berth.Platform.Plugins;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>The apps there are. An app is a folder of its name below <c>DOKKU_ROOT</c>.</summary>
public sealed class AppCatalog(IStateStore store, TimeProvider time)
{
    // Folders a Dokku server keeps beside its apps.
    private static readonly string[] NotApps = ["tls"];
    private static readonly string[] OwnAreas = ["apps", "app-json", "builds", "git", "letsencrypt", "logs", "ps", "releases"];

    private readonly Remembered<AppName[]> _apps = new(store.Watch, time);

    public static StatePath FolderOf(AppName app) => StatePath.Home(app.Text);

    public IReadOnlyList<AppName> List() => _apps.Get("", () => [store.FileOf(Everything)], ListFolders);

    /// <summary>For a loop over all apps that waits for nothing and writes nothing: what it reads is as of now.</summary>
    public IDisposable? AsOfNow() => store.Watch?.AsOfNow();

    private AppName[] ListFolders() =>
        [.. store.ListFolders(Everything).Where(name => !NotApps.Contains(name))
            .Select(name => AppName.TryParse(name, out var app) ? app : null)
            .OfType<AppName>()];

    public bool Exists(AppName app) => !NotApps.Contains(app.Text) && IsFolder(app);

    /// <summary>Reads an app's name from a command's word and finds the app.</summary>
    /// <exception cref="ProblemException">No word, no valid name, or no such app (exit status 20).</exception>
    public AppName Find(string? word)
    {
        if (string.IsNullOrEmpty(word))
        {
            throw AppProblems.NotNamed().AsException();
        }

        var app = AppName.Parse(word);
        return Exists(app) ? app : throw AppProblems.Unknown(app, Nearest(app)).AsException();
    }

    /// <summary>Makes the app's folder.</summary>
    /// <exception cref="ProblemException">The name is taken or not valid.</exception>
    public async Task<AppName> CreateAsync(string word, CancellationToken cancel)
    {
        var app = AppName.Parse(word);
        using var held = await store.LockAsync(app.Text, cancel);
        RefuseTaken(app);
        Forget(app);
        try
        {
            store.EnsureFolder(FolderOf(app), PrivateFolder.PublicRead);
            store.WriteAll([.. new AppRepository(store).Begin(app), NetworkSettings.Begin(app), Creation(app)]);
            return app;
        }
        catch (ProblemException)
        {
            TakeBack(app);
            throw;
        }
    }

    /// <summary>Takes back an app that could not be made whole; the reason it could not is the one to report.</summary>
    public void TakeBack(AppName app)
    {
        try
        {
            Forget(app);
            store.Delete(FolderOf(app));
        }
        catch (ProblemException)
        {
            // A disk that takes no change leaves an empty app, which destroying takes away.
        }
    }

    /// <exception cref="ProblemException">There is an app or a folder of that name.</exception>
    public void RefuseTaken(AppName app)
    {
        if (NotApps.Contains(app.Text) || store.Exists(FolderOf(app)))
        {
            throw AppProblems.Taken(app).AsException();
        }
    }

    /// <summary>Removes everything the app has on disk. Its processes are the caller's to stop first.</summary>
    public async Task DestroyAsync(AppName app, CancellationToken cancel)
    {
        using (await store.LockAsync(app.Text, cancel))
        {
            Forget(app);

            // The folder goes last: until then the app exists and destroying can be asked for again.
            store.Delete(FolderOf(app));
        }

        store.ForgetLocks(scope => scope == app.Text || scope.StartsWith($"{app}.", StringComparison.Ordinal));
    }

    /// <summary>Removes what lies outside the app's folder: also what a command that was killed left of an app of this name.</summary>
    public void Forget(AppName app)
    {
        // An app may share its name with a feature, whose properties of other apps lie in the same folder.
        store.Delete(StatePath.Lib("config", app.Text, "ENV"));
        foreach (var feature in Features())
        {
            // A look costs far less than a removal.
            if (store.Exists(StatePath.Lib("config", feature, app.Text)))
            {
                store.Delete(StatePath.Lib("config", feature, app.Text));
            }
        }

        if (store.List(StatePath.Lib("config", app.Text)).Count == 0)
        {
            store.Delete(StatePath.Lib("config", app.Text));
        }

        // What Berth made. Other areas, storage above all, are the user's and outlive the app.
        foreach (var area in OwnAreas)
        {
            store.Delete(StatePath.Lib("data", area, app.Text));
        }
    }

    /// <summary>Whoever keeps properties. Each app has a folder beside theirs, which is looked into only where its name is that of a feature, too.</summary>
    private IEnumerable<string> Features()
    {
        var plugins = store.ListFolders(StatePath.Lib("plugins", "available"));
        var apps = List().Select(app => app.Text).Except(plugins).Where(name => !CorePlugins.Has(name)).ToHashSet(StringComparer.Ordinal);
        return store.List(StatePath.Lib("config")).Where(name => !name.StartsWith('-') && !apps.Contains(name));
    }

    /// <summary>Writes down that the app was made now.</summary>
    public void RecordCreation(AppName app) => store.WriteAll([Creation(app)]);

    private StateFile Creation(AppName app) => new(CreatedAt(app), time.GetUtcNow().ToUnixTimeSeconds().ToString(provider: null));

    /// <returns>When the app was made, in seconds since 1970, or empty on a server older than this record.</returns>
    public string CreatedAtOf(AppName app) => store.Read(CreatedAt(app))?.Trim() ?? "";

    private static StatePath CreatedAt(AppName app) => StatePath.Lib("config", "apps", app.Text, "created-at");

    private static StatePath Everything { get; } = StatePath.Home();

    private bool IsFolder(AppName app) => Directory.Exists(store.FileOf(FolderOf(app)));

    private string? Nearest(AppName app) => CommandLine.Nearest.Of(app.Text, List().Select(other => other.Text));
}
