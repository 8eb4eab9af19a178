using Berth.Kernel;
using Berth.Platform.Domains;
using Berth.Storage;

namespace Berth.Platform.Apps;

/// <summary>
/// Gives an app another name: everything on disk moves. What is to be done is written down first and every step can be repeated, so a
/// renaming that was cut off is gone on with by the next command or start of the daemon, before anything else looks at either name.
/// </summary>
public sealed class AppRenaming(IStateStore store)
{
    // What lies under an app's name here is not the app's: mounts, services and authorities lead to it by path.
    private static readonly string[] OthersAreas = ["authority", "instances", "storage"];

    /// <summary>Moves everything. The caller holds both names' locks, and nothing of the app runs.</summary>
    public void Run(AppName from, AppName to)
    {
        store.Write(Journal(from), to.Text);
        Finish(from, to);
    }

    /// <summary>Goes on with what was cut off.</summary>
    public void FinishAll()
    {
        if (!store.Exists(Journals))
        {
            return;
        }

        foreach (var name in store.List(Journals))
        {
            if (AppName.TryParse(name, out var from))
            {
                // Whoever is at it right now finishes it; what is found afterwards was left behind.
                using var held = store.LockAsync(from.Text, CancellationToken.None).AsTask().GetAwaiter().GetResult();
                if (AppName.TryParse(store.Read(Journal(from)), out var to))
                {
                    Finish(from, to);
                }
            }
        }
    }

    private void Finish(AppName from, AppName to)
    {
        MoveIfThere(StatePath.Lib("config", from.Text, "ENV"), StatePath.Lib("config", to.Text, "ENV"));
        foreach (var feature in store.List(StatePath.Lib("config")).Where(name => !name.StartsWith('-')))
        {
            MoveIfThere(StatePath.Lib("config", feature, from.Text), StatePath.Lib("config", feature, to.Text));
        }

        foreach (var area in store.List(StatePath.Lib("data")).Except(OthersAreas))
        {
            MoveIfThere(StatePath.Lib("data", area, from.Text), StatePath.Lib("data", area, to.Text));
        }

        if (store.Exists(StatePath.Lib("config", from.Text)) && store.List(StatePath.Lib("config", from.Text)).Count == 0)
        {
            store.Delete(StatePath.Lib("config", from.Text));
        }

        RewriteNames(from, to);

        // The folder is the app: with it the name changes.
        MoveIfThere(AppCatalog.FolderOf(from), AppCatalog.FolderOf(to));
        store.Delete(Journal(from));
    }

    private void MoveIfThere(StatePath from, StatePath to)
    {
        if (store.Exists(from))
        {
            store.Move(from, to);
        }
    }

    private void RewriteNames(AppName from, AppName to)
    {
        var file = AppCatalog.FolderOf(from).Slash("VHOST");
        if (store.Read(file) is not { } text)
        {
            return;
        }

        var globals = VhostFile.Parse("", store.Read(StatePath.Home("VHOST")) ?? "").Domains.Select(domain => domain.Text).ToHashSet(StringComparer.Ordinal);
        store.Write(file, RenamedDomains.In(text, from, to, globals), AtomicFile.PublicRead);
    }

    private static StatePath Journals { get; } = StatePath.Lib("data", "apps", "--global", "renaming");

    private static StatePath Journal(AppName from) => Journals.Slash(from.Text);
}
