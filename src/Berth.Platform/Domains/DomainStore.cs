using Berth.Kernel;
using Berth.Platform.Apps;
using Berth.Platform.Config;
using Berth.Storage;

namespace Berth.Platform.Domains;

/// <summary>The domains of each app (<c>&lt;app&gt;/VHOST</c>) and of the server (<c>VHOST</c>), read from the files at every question.</summary>
public sealed class DomainStore(IStateStore store, ConfigStore config, TimeProvider time)
{
    /// <summary>The config variable that says whether domains are switched off for an app: 1 when they are.</summary>
    public const string Disabled = "NO_VHOST";

    private readonly Remembered<VhostFile> _files = new(store.Watch, time);
    private const UnixFileMode Mode = AtomicFile.PublicRead;

    /// <param name="app">Null for the server's own.</param>
    public VhostFile Read(AppName? app) => _files.Get(
        app?.Text ?? "",
        () => [store.FileOf(PathOf(app))],
        () => VhostFile.Parse(store.FileOf(PathOf(app)), store.Read(PathOf(app)) ?? ""));

    /// <summary>Whether the app is reached by names at all (<c>domains:disable</c> turns that off).</summary>
    public bool IsEnabled(AppName app) => config.Get(app, Disabled) != "1";

    /// <summary>The names the app is reached by; none when domains are disabled.</summary>
    public IReadOnlyList<DomainName> DomainsOf(AppName app) => IsEnabled(app) ? [.. Read(app).Domains] : [];

    /// <summary>Whether the app takes what no other app has a name for (its domain <c>_</c>).</summary>
    public bool CatchesAll(AppName app) => IsEnabled(app) && Read(app).CatchesAll;

    /// <summary>The names an app gets when it is made: one below each of the server's domains.</summary>
    public IReadOnlyList<string> DefaultsFor(AppName app) =>
        [.. Read(null).Domains.Where(global => global.Address is null).Select(global => app.Text.Contains('.') ? app.Text : $"{app}.{global}").Distinct()];

    /// <summary>Removes the app's VHOST file altogether.</summary>
    public async Task ForgetAsync(AppName app, CancellationToken cancel)
    {
        using var held = await store.LockAsync(app.Text, cancel);
        store.Delete(PathOf(app));
        store.Delete(AppCatalog.FolderOf(app).Slash("URLS"));
    }

    /// <param name="names">Looked for.</param>
    /// <param name="others">Whose names are looked at.</param>
    /// <param name="unreadable">Told of each whose names cannot be read.</param>
    /// <returns>The first of <paramref name="names"/> that another app is reached by, and that app; null when none is.</returns>
    public (string Name, AppName Holder)? HolderOf(IReadOnlyCollection<string> names, IEnumerable<AppName> others, Action<AppName, Problem> unreadable)
    {
        using var moment = store.Watch?.AsOfNow();
        foreach (var other in others)
        {
            try
            {
                // The file alone tells for nearly every app; only a hit needs its config read too.
                if (Read(other).NameAmong(names) is { } taken && IsEnabled(other))
                {
                    return (taken, other);
                }
            }
            catch (ProblemException e)
            {
                unreadable(other, e.Problem);
            }
        }

        return null;
    }

    /// <summary>Replaces an app's lines with what <paramref name="change"/> makes of them.</summary>
    public async Task ChangeAsync(AppName? app, Func<IReadOnlyList<string>, IReadOnlyList<string>> change, CancellationToken cancel)
    {
        using var held = await store.LockAsync(app?.Text ?? "--global", cancel);
        var before = Read(app).Lines.Select(line => line.Text).ToArray();
        Write(app, change(before));
    }

    /// <summary>Adds names behind the lines there are; what somebody wrote around them by hand stays.</summary>
    public async Task AddAsync(AppName? app, IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        using var held = await store.LockAsync(app?.Text ?? "--global", cancel);
        var before = Read(app).Lines.Select(line => line.Text);
        Write(app, [.. Raw(app), .. names.Except(before)]);
    }

    /// <summary>Takes the lines that hold a name; what somebody wrote around them by hand stays.</summary>
    public async Task RemoveAsync(AppName? app, IReadOnlyCollection<string> names, CancellationToken cancel)
    {
        using var held = await store.LockAsync(app?.Text ?? "--global", cancel);
        Write(app, [.. Raw(app).Where(line => !names.Contains(line.Trim(), StringComparer.OrdinalIgnoreCase))]);
    }

    private IEnumerable<string> Raw(AppName? app) => store.Read(PathOf(app)) is { Length: > 0 } text
        ? text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())
        : [];

    private void Write(AppName? app, IEnumerable<string> lines) => store.Write(PathOf(app), string.Concat(lines.Select(line => line + "\n")), Mode);

    private static StatePath PathOf(AppName? app) =>
        app is null ? StatePath.Home("VHOST") : AppCatalog.FolderOf(app).Slash("VHOST");
}
