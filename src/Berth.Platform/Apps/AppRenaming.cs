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

    /// <summary>
    /// Writes down what is to be done, and all that takes room on the disk: from here on the renaming is finished, whatever happens, or
    /// abandoned. The caller holds both names' locks; the app may run yet.
    /// </summary>
    /// <param name="from">The old name.</param>
    /// <param name="to">The new one.</param>
    /// <param name="marks">How the app was to run before anything stopped it, and is to run again; null leaves it stopped.</param>
    public void Begin(AppName from, AppName to, RunMarks? marks)
    {
        store.Write(Journal(from), marks is null ? to.Text : $"{to}\n{marks.ToText()}");
        store.EnsureFolder(StatePath.Lib("config", to.Text), PrivateFolder.GroupRead);
        if (NamesFor(from, to) is { } text)
        {
            store.Write(StagedNames(from), text, AtomicFile.PublicRead);
        }
    }

    /// <summary>Takes back what <see cref="Begin"/> wrote.</summary>
    public void Abandon(AppName from, AppName to)
    {
        store.Delete(StagedNames(from));
        DeleteIfEmpty(StatePath.Lib("config", to.Text));
        store.Delete(Journal(from));
    }

    /// <summary>Goes on with what was cut off.</summary>
    public void FinishAll() => AppJournals.ForEach(store, Journals, from =>
    {
        if (AppName.TryParse(store.Read(Journal(from))?.Split('\n')[0], out var to))
        {
            Finish(from, to);
        }
    });

    /// <summary>Moves everything, once nothing of the app runs, and lets it run again as it did before.</summary>
    public void Finish(AppName from, AppName to)
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

        DeleteIfEmpty(StatePath.Lib("config", from.Text));
        DeleteIfEmpty(StatePath.Lib("config", to.Text));
        RewriteNames(from, to);
        RunMarks.Parse(store.Read(Journal(from)) ?? "")?.Restore(store, to);

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

    private void DeleteIfEmpty(StatePath folder)
    {
        if (store.Exists(folder) && store.List(folder).Count == 0)
        {
            store.Delete(folder);
        }
    }

    private void RewriteNames(AppName from, AppName to)
    {
        var file = AppCatalog.FolderOf(from).Slash("VHOST");
        if (store.Exists(StagedNames(from)))
        {
            store.Move(StagedNames(from), file);
        }
        else if (NamesFor(from, to) is { } text)
        {
            store.Write(file, text, AtomicFile.PublicRead);
        }
    }

    private string? NamesFor(AppName from, AppName to)
    {
        if (store.Read(AppCatalog.FolderOf(from).Slash("VHOST")) is not { } text)
        {
            return null;
        }

        var globals = VhostFile.Parse("", store.Read(StatePath.Home("VHOST")) ?? "").Domains.Select(domain => domain.Text).ToHashSet(StringComparer.Ordinal);
        return RenamedDomains.In(text, from, to, globals);
    }

    private static StatePath StagedNames(AppName from) => AppCatalog.FolderOf(from).Slash(".VHOST.renamed");

    private static StatePath Journals { get; } = StatePath.Lib("data", "apps", "--global", "renaming");

    private static StatePath Journal(AppName from) => Journals.Slash(from.Text);
}
