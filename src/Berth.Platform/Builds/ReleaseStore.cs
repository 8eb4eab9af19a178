using Berth.Kernel;
using Berth.Storage;

namespace Berth.Platform.Builds;

/// <summary>
/// The releases of each app: folders below <c>data/releases/&lt;app&gt;</c>, never changed once made, and a pointer to the one in
/// service that is written last. Until then a mark beside the folder says that it is not finished.
/// </summary>
public sealed class ReleaseStore(IStateStore store, TimeProvider time)
{
    private const int Kept = 3;
    private const string Mark = ".unfinished";
    private readonly Remembered<string?> _current = new(store.Watch, time);

    /// <summary>The apps that may have releases: few of those there are, where most only have certificates.</summary>
    public IReadOnlySet<string> Owners => store.ListFolders(StatePath.Lib("data", "releases")).ToHashSet(StringComparer.Ordinal);

    /// <returns>The release in service, or null when the app was never deployed.</returns>
    public string? Current(AppName app) => _current.Get(app.Text, () => [store.FileOf(Pointer(app))], () => ReadCurrent(app));

    private string? ReadCurrent(AppName app) => store.Read(Pointer(app))?.Trim() is { } id && IsRelease(id) ? id : null;

    public string FolderOf(AppName app, string release) => store.FileOf(Folder(app).Slash(release));

    /// <summary>Unpacks an archive into a new release, which nothing points to yet.</summary>
    /// <returns>The release's id; later ones sort behind earlier ones.</returns>
    public async Task<string> UnpackAsync(AppName app, Stream archive, CancellationToken cancel)
    {
        var id = time.GetUtcNow().UtcDateTime.ToString("yyyyMMddHHmmssfff", System.Globalization.CultureInfo.InvariantCulture);
        var folder = FolderOf(app, id);
        // What is deployed may hold secrets; the account that runs it becomes its owner.
        PrivateFolder.Ensure(Path.GetDirectoryName(folder)!, PrivateFolder.PublicRead);
        store.Write(MarkOf(app, id), "");
        PrivateFolder.Ensure(folder, PrivateFolder.GroupRead);
        try
        {
            await Archive.UnpackAsync(archive, folder, ArchiveLimits.Default, cancel);
            PrivateFolder.SyncTree(folder);
            return id;
        }
        catch
        {
            Discard(app, id);
            throw;
        }
    }

    /// <summary>Puts a release into service on disk.</summary>
    public void Activate(AppName app, string release)
    {
        store.Write(Pointer(app), release + "\n");
        store.Delete(MarkOf(app, release));
    }

    /// <summary>Removes a release that came to nothing.</summary>
    public void Discard(AppName app, string release)
    {
        store.Delete(Folder(app).Slash(release));
        store.Delete(MarkOf(app, release));
    }

    /// <summary>
    /// Points to the newest finished release where the pointer was lost or leads nowhere. Only for a daemon that has just started, when no
    /// deploy is under way.
    /// </summary>
    /// <returns>The release pointed to now; null when nothing was amiss.</returns>
    public string? Repoint(AppName app)
    {
        var names = store.List(Folder(app));
        if (Current(app) is { } current && names.Contains(current))
        {
            return null;
        }

        var newest = names.LastOrDefault(name => IsRelease(name) && !names.Contains(name + Mark));
        if (newest is not null)
        {
            Activate(app, newest);
        }

        return newest;
    }

    /// <summary>
    /// Removes releases that never went into service: those made after the current one by a daemon that was killed. Only for a daemon
    /// that has just started, when no deploy is under way.
    /// </summary>
    /// <returns>What was removed.</returns>
    public IReadOnlyList<string> Sweep(AppName app)
    {
        var (current, names) = (Current(app), store.List(Folder(app)));
        string[] left = [.. names.Where(name => IsRelease(name) && name != current
            && (names.Contains(name + Mark) || (current is not null && string.CompareOrdinal(name, current) > 0)))];
        foreach (var release in left)
        {
            Discard(app, release);
        }

        return left;
    }

    /// <summary>Removes all but the newest few; the one in service always stays.</summary>
    public void Prune(AppName app)
    {
        var current = Current(app);
        var old = store.List(Folder(app)).Where(name => IsRelease(name) && name != current).SkipLast(Kept - 1);
        foreach (var release in old)
        {
            Discard(app, release);
        }
    }

    private static bool IsRelease(string name) => name is { Length: > 0 and < 40 } && name.All(char.IsAsciiDigit);

    private static StatePath Folder(AppName app) => StatePath.Lib("data", "releases", app.Text);

    private static StatePath MarkOf(AppName app, string release) => Folder(app).Slash(release + Mark);

    private static StatePath Pointer(AppName app) => Folder(app).Slash("current");
}
